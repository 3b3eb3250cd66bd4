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
 * {@link io.parley.api.error.ApiError}, within seconds also where the node does not answer; what it changed is visible to
 * reads that follow its completion.
 */
public interface NodeLink extends SignalLink {
    /** Whether the link stands, as far as is known without asking the node. */
    boolean isConnected();

    /** Completes if the node answers; fails within a second or so if it does not. */
    CompletionStage<Void> ping();

    /** Makes a room, or changes one that exists. */
    CompletionStage<Room> createRoom(RoomClaim claim, CreateRoomRequest request);

    /** Fails with NOT_FOUND for an unknown room. */
    CompletionStage<Void> deleteRoom(RoomName room);

    /** Fails with NOT_FOUND for an unknown room or participant. */
    CompletionStage<Void> removeParticipant(RoomName room, String identity);

    /** Hidden ones included; none for an unknown room. */
    CompletionStage<List<ParticipantInfo>> participants(RoomName room);
}
