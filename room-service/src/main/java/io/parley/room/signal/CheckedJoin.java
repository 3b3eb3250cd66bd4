// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.signal;

import com.google.protobuf.UnknownFieldSet;
import io.parley.api.id.RoomName;
import io.parley.api.room.RoomRecord;
import io.parley.api.signal.SignalDialect;
import io.parley.api.token.Grants;
import io.parley.api.token.VideoGrant;
import io.parley.cluster.MovedParticipant;
import io.parley.cluster.RoomClaim;
import io.parley.cluster.SessionStart;
import java.util.HashMap;
import java.util.Map;
import livekit.LivekitModels.ClientInfo;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.ParticipantPermission;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRtc.JoinRequest;
import org.jspecify.annotations.Nullable;

/**
 * A join that may go to a node.
 *
 * @param grants verified; the video grant is there and names the room
 * @param ownerIdentity of the token; the grants' own differs for a connection that only publishes
 * @param client with gaps filled from the HTTP request
 * @param singlePeerConnection the client has one peer connection for both directions (LiveKit: it sent a join request)
 * @param creation what the token says of the room, if this makes it
 */
record CheckedJoin(
        RoomName room,
        Grants grants,
        String ownerIdentity,
        ClientInfo client,
        boolean singlePeerConnection,
        JoinRequest request,
        CreateRoomRequest creation) {
    /** ParticipantInfo.capabilities, which the generated message does not know. */
    private static final int PARTICIPANT_CAPABILITIES = 21;

    boolean isReconnect() {
        return request.getReconnect();
    }

    boolean isPublishOnly() {
        return !grants.identity().equals(ownerIdentity);
    }

    boolean mayCreateRoom() {
        VideoGrant video = grants.video();
        return video != null && video.roomCreate();
    }

    /** The same where the participant was moved to; what the token says of a room is not for that one. */
    CheckedJoin in(MovedParticipant moved) {
        RoomName there = moved.room();
        return new CheckedJoin(
                there,
                grants.in(there.value(), moved.sid()),
                ownerIdentity,
                client,
                singlePeerConnection,
                request,
                CreateRoomRequest.getDefaultInstance());
    }

    SignalDialect dialect() {
        return SignalDialect.of(client);
    }

    SessionStart under(RoomClaim claim, @Nullable RoomRecord inherited) {
        JoinRequest.Builder asked = request.toBuilder();
        if (!isReconnect()) {
            asked.setParticipantSid(grants.participantSid()); // which only a token may say
        }
        return new SessionStart(claim, participant(), client, singlePeerConnection, asked.build(), creation, inherited);
    }

    /** The token's, with the request's over them. */
    Map<String, String> attributes() {
        Map<String, String> attributes = new HashMap<>(grants.attributes());
        request.getParticipantAttributesMap().forEach((key, value) -> {
            if (!value.isEmpty()) {
                attributes.put(key, value);
            }
        });
        return attributes;
    }

    /** The others choose their forms of RPC and data streams by it. */
    private UnknownFieldSet capabilities() {
        UnknownFieldSet.Field.Builder values = UnknownFieldSet.Field.newBuilder();
        client.getCapabilitiesValueList().forEach(values::addVarint);
        return UnknownFieldSet.newBuilder()
                .addField(PARTICIPANT_CAPABILITIES, values.build())
                .build();
    }

    /** As it joins, without what the node adds. */
    ParticipantInfo participant() {
        VideoGrant video = grants.video();
        String requested = request.getMetadata();
        return ParticipantInfo.newBuilder()
                .setIdentity(grants.identity())
                .setName(grants.name())
                .setMetadata(requested.isEmpty() ? grants.metadata() : requested)
                .putAllAttributes(attributes())
                .setKind(grants.kind())
                .addAllKindDetailsValue(grants.kindDetails())
                .setClientProtocol(client.getClientProtocol())
                .setUnknownFields(capabilities())
                .setPermission(video == null ? ParticipantPermission.getDefaultInstance() : video.permission())
                .build();
    }
}
