// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import io.parley.api.id.RoomName;
import io.parley.api.room.RoomRecord;
import io.parley.api.signal.SignalDialect;
import io.parley.engine.message.HomeRef;
import java.util.List;
import livekit.LivekitModels.ClientInfo;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRtc.AddTrackRequest;
import org.jspecify.annotations.Nullable;

/**
 * A participant that comes in through this node.
 *
 * @param info as the token and the request make it: sid, identity, name, metadata, attributes, kind, permission
 * @param returning the sid that it had before in this room, or ""
 * @param roomEpoch of the node's claim on the room
 * @param homeShard shard of the room's home
 * @param singlePeerConnection the client offers one peer connection for both directions; else it publishes on one and we
 *     offer another, which it subscribes on
 * @param needsFullIce the client cannot live with a lite agent, so ours checks too
 * @param creation what the room is made with, if this makes it
 * @param inherited what a room goes on with that lost its node, if this opens it
 */
public record SeatJoin(
        RoomName room,
        ParticipantInfo info,
        String returning,
        ClientInfo client,
        long roomEpoch,
        int homeShard,
        boolean singlePeerConnection,
        boolean autoSubscribe,
        boolean adaptiveStream,
        boolean needsFullIce,
        List<AddTrackRequest> addTracks,
        @Nullable Offer offer,
        CreateRoomRequest creation,
        @Nullable RoomRecord inherited) {
    public SeatJoin {
        addTracks = List.copyOf(addTracks);
    }

    SignalDialect dialect() {
        return SignalDialect.of(client);
    }

    HomeRef home() {
        return new HomeRef(room, homeShard);
    }

    /** Whether the client's data channels have streams that both sides know. */
    boolean knowsDataChannels() {
        return singlePeerConnection && dialect().knowsNegotiatedDataChannels();
    }

    /** Whether the connection that we offer is the one that counts. */
    boolean isSubscriberPrimary() {
        return !singlePeerConnection
                && dialect().knowsSubscriberPrimary()
                && info.getPermission().getCanSubscribe();
    }
}
