// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import io.parley.api.id.RoomName;
import java.util.List;
import java.util.concurrent.CompletionStage;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.Room;
import livekit.LivekitRoom.CreateRoomRequest;

/**
 * A node as the other services see it: signal streams, and commands on the rooms that it hosts. A command fails with an
 * {@link io.parley.api.error.ApiError}; what it changed is visible to reads that follow its completion.
 */
public interface NodeLink extends SignalLink {
    /** Makes a room, or changes one that exists. */
    CompletionStage<Room> createRoom(RoomName room, CreateRoomRequest request);

    /** Fails with NOT_FOUND for an unknown room. */
    CompletionStage<Void> deleteRoom(RoomName room);

    /** Fails with NOT_FOUND for an unknown room or participant. */
    CompletionStage<Void> removeParticipant(RoomName room, String identity);

    /** Every room of the node. */
    CompletionStage<List<Room>> rooms();

    /** Hidden ones included; none for an unknown room. */
    CompletionStage<List<ParticipantInfo>> participants(RoomName room);
}
