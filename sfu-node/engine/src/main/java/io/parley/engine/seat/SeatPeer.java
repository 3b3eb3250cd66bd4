// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import io.parley.rtc.buf.Path;
import io.parley.rtc.ice.PathClaim;
import io.parley.rtc.peer.DataChannel;
import io.parley.rtc.peer.InboundPacket;
import io.parley.rtc.peer.PeerTransport;
import io.parley.rtc.peer.SenderClock;
import io.parley.rtc.sdp.IceCredentials;
import io.parley.rtc.stream.ReceiveStream;
import io.parley.rtc.stream.SendStream;
import io.parley.rtc.time.Deadline;
import java.util.Locale;
import livekit.LivekitRtc.SignalTarget;
import org.jspecify.annotations.Nullable;

/**
 * One peer connection of a seat. A client has one for both directions, or one that it publishes on and one that it
 * subscribes on; the transport is made when the first description needs it. Owned by the seat's shard.
 */
public final class SeatPeer implements PeerTransport.Listener {
    private final Seat seat;
    private final SeatHost host;
    private final SignalTarget target;

    /** Whether we offer on it: as full ICE agents, offerers control (RFC 8445 s.6.1.1). */
    private final boolean isOfferer;

    private @Nullable PeerTransport transport;

    SeatPeer(Seat seat, SeatHost host, SignalTarget target, boolean isOfferer) {
        this.seat = seat;
        this.host = host;
        this.target = target;
        this.isOfferer = isOfferer;
    }

    public Seat seat() {
        return seat;
    }

    /** It showed while a packet or a request of somebody else was handled, who has no part in it. */
    void onBug(Throwable bug) {
        host.onSeatBug(seat, bug);
    }

    public boolean isOfferer() {
        return isOfferer;
    }

    boolean isOpen() {
        return transport != null;
    }

    /** The transport, made now if there was none. */
    PeerTransport open(long nowNs) {
        PeerTransport open = transport;
        if (open == null) {
            open = host.openPeer(nowNs, this);
            transport = open;
            seat.data().onOpened(nowNs);
        }
        return open;
    }

    /** Other credentials from now on, in the next description. */
    void restartIce(long nowNs) {
        IceCredentials fresh = IceCredentials.random(host.random());
        transport().ice().restart(nowNs, fresh);
        host.addUfrag(this, fresh);
    }

    /** @throws IllegalStateException before {@link #open} */
    public PeerTransport transport() {
        PeerTransport open = transport;
        if (open == null) {
            throw new IllegalStateException(target + " transport is not open");
        }
        return open;
    }

    boolean isConnected() {
        return transport != null && transport.isConnected();
    }

    /** Whether a path to the client was ever found: its handshake may be under way. */
    boolean wasReached() {
        return transport != null && transport.ice().wasConnected();
    }

    long nextDeadlineNs() {
        return transport == null ? Deadline.NEVER : transport.nextDeadlineNs();
    }

    void onDeadline(long nowNs) {
        if (transport != null) {
            transport.onDeadline(nowNs);
        }
    }

    void onWakeUp(long nowNs) {
        if (transport != null) {
            transport.onWakeUp(nowNs);
        }
    }

    void close() {
        if (transport != null) {
            transport.close();
            host.closePeer(this);
        }
    }

    @Override
    public String toString() {
        return target.name().toLowerCase(Locale.ROOT);
    }

    // ---- from the transport ----

    @Override
    public void onConnected(long nowNs) {
        seat.onConnected(nowNs, this);
    }

    @Override
    public void onLost(long nowNs) {
        seat.onPeerLost(nowNs);
    }

    @Override
    public void onClosed(long nowNs, String reason) {
        seat.onPeerClosed();
    }

    @Override
    public void onPath(long nowNs, Path path, PathClaim claim) {
        host.onPath(nowNs, this, path, claim);
    }

    @Override
    public void onPacket(long nowNs, InboundPacket packet) {
        ReceiveStream stream = packet.stream;
        if (stream != null) {
            seat.publications().onPacket(nowNs, stream, packet);
        }
    }

    @Override
    public void onSenderReport(long nowNs, ReceiveStream stream) {
        seat.publications().onSenderReport(nowNs, stream);
    }

    @Override
    public void onStreamBroken(long nowNs, ReceiveStream stream) {
        seat.publications().onStreamBroken(nowNs, stream);
    }

    @Override
    public void onNack(long nowNs, SendStream stream, int packetId, int bitmask) {
        seat.subscriptions().onNack(nowNs, stream, packetId, bitmask);
    }

    @Override
    public void onKeyFrameRequest(long nowNs, SendStream stream) {
        seat.subscriptions().onKeyFrameRequest(nowNs, stream);
    }

    @Override
    public boolean onReportDue(long nowNs, SendStream stream, SenderClock clock) {
        return seat.subscriptions().onReportDue(nowNs, stream, clock);
    }

    @Override
    public void onDataConnected(long nowNs) {
        seat.data().onConnected(nowNs, this);
    }

    @Override
    public void onDataChannel(long nowNs, DataChannel channel) {
        seat.data().onChannel(nowNs, this, channel);
    }

    @Override
    public void onDataChannelClosed(long nowNs, DataChannel channel) {
        seat.data().onChannelClosed(channel);
    }

    @Override
    public void onData(long nowNs, DataChannel channel, byte[] payload) {
        seat.data().onMessage(nowNs, channel, payload);
    }

    @Override
    public void onDataCongestion(long nowNs, boolean isCongested) {
        seat.data().onCongestion(this, isCongested);
    }
}
