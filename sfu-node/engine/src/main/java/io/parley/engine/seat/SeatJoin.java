// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import io.parley.api.id.RoomName;
import java.util.List;
import livekit.LivekitModels.ClientInfo;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitRtc.AddTrackRequest;
import org.jspecify.annotations.Nullable;

/**
 * A participant that comes in through this node.
 *
 * @param info as the token and the request make it: sid, identity, name, metadata, attributes, kind, permission
 * @param homeShard shard of the room's home
 * @param isReconnect the client hopes to resume an earlier connection
 * @param needsFullIce the client cannot live with a lite agent, so ours checks too
 */
public record SeatJoin(
        RoomName room,
        ParticipantInfo info,
        ClientInfo client,
        int homeShard,
        boolean autoSubscribe,
        boolean adaptiveStream,
        boolean isReconnect,
        boolean needsFullIce,
        List<AddTrackRequest> addTracks,
        @Nullable Offer offer) {
    public SeatJoin {
        addTracks = List.copyOf(addTracks);
    }
}
