// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import io.parley.engine.message.ShardPort;
import io.parley.engine.relay.TrackRegistry;
import io.parley.rtc.buf.Path;
import io.parley.rtc.ice.PathClaim;
import io.parley.rtc.peer.PeerTransport;
import io.parley.rtc.sdp.Candidate;
import io.parley.rtc.sdp.IceCredentials;
import java.util.List;
import java.util.random.RandomGenerator;
import livekit.LivekitModels.ServerInfo;

/** What a seat needs of its shard. */
public interface SeatHost {
    int shard();

    ShardPort port();

    TrackRegistry tracks();

    RandomGenerator random();

    ServerInfo serverInfo();

    /** Where the shard's sockets can be reached, best first. */
    List<Candidate> candidates();

    SeatLimits limits();

    /** Makes the transport of a peer connection and routes checks with its username fragment here. */
    PeerTransport openPeer(long nowNs, SeatPeer peer);

    /** Routes checks with another username fragment to the peer as well, for an ICE restart. */
    void addUfrag(SeatPeer peer, IceCredentials credentials);

    void onPath(long nowNs, SeatPeer peer, Path path, PathClaim claim);

    /** The peer connection is over: nothing leads to it any more. */
    void closePeer(SeatPeer peer);

    /** A track of another participant is sent to one of this shard. */
    void onSubscriptionStarted();

    void onSubscriptionEnded();

    /** Media can flow. @param afterNs since the seat was opened */
    void onSeatActive(long afterNs);

    /** Something of the seat's threw while another's input was handled: closes it. */
    void onSeatBug(Seat seat, Throwable bug);

    /** The seat is over; forget it. */
    void onSeatClosed(Seat seat);
}
