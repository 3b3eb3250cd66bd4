// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import io.parley.api.room.RoomRecord;
import livekit.LivekitModels.ClientInfo;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRtc.JoinRequest;
import org.jspecify.annotations.Nullable;

/**
 * The first thing on a signal stream: who joins what, checked by the front door.
 *
 * @param participant identity, name, kind, permission, metadata and attributes; sid, state and times are the node's
 * @param client with gaps filled from the HTTP request
 * @param singlePeerConnection the client has one peer connection for both directions (LiveKit: it sent a join request)
 * @param creation what the room is made with, if this makes it
 * @param inherited what a room goes on with that lost its node, if this opens it
 */
public record SessionStart(
        RoomClaim claim,
        ParticipantInfo participant,
        ClientInfo client,
        boolean singlePeerConnection,
        JoinRequest request,
        CreateRoomRequest creation,
        @Nullable RoomRecord inherited) {}
