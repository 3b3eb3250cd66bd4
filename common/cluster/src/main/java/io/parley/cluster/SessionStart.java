// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import io.parley.api.id.RoomName;
import io.parley.api.token.Grants;
import livekit.LivekitModels.ClientInfo;
import livekit.LivekitRtc.JoinRequest;

/**
 * The first thing on a signal stream: who joins what, checked by the front door.
 *
 * @param grants verified; the video grant is there and names the room
 * @param singlePeerConnection the client has one peer connection for both directions (LiveKit: it sent a join request)
 * @param client with gaps filled from the HTTP request
 */
public record SessionStart(
        RoomName room, Grants grants, ClientInfo client, boolean singlePeerConnection, JoinRequest request) {}
