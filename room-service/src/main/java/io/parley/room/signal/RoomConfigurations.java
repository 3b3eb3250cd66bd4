// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.signal;

import com.google.protobuf.InvalidProtocolBufferException;
import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.token.Grants;
import io.parley.api.token.ParticipantLimits;
import io.parley.edge.twirp.ProtoJson;
import io.parley.room.admin.RoomPresets;
import java.util.Map;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRoom.RoomConfiguration;
import tools.jackson.databind.json.JsonMapper;

/** Reads a token's roomConfig and roomPreset: what the room is made with, if the join makes it. Name and egress are passed over. */
final class RoomConfigurations {
    private static final JsonMapper JSON = new JsonMapper();

    private RoomConfigurations() {}

    /** @throws ApiError INVALID_ARGUMENT saying what is wrong */
    static CreateRoomRequest decode(Grants grants, RoomPresets presets, ParticipantLimits limits) {
        CreateRoomRequest creation = decode(grants.roomConfig());
        RoomPresets.check(creation, limits);
        return presets.applyTo(
                creation.toBuilder().setRoomPreset(grants.roomPreset()).build());
    }

    private static CreateRoomRequest decode(Map<String, Object> claim) {
        if (claim.isEmpty()) {
            return CreateRoomRequest.getDefaultInstance();
        }
        RoomConfiguration.Builder config = RoomConfiguration.newBuilder();
        try {
            ProtoJson.merge(JSON.writeValueAsBytes(claim), config);
        } catch (InvalidProtocolBufferException e) {
            throw ApiError.ofCaller(ErrorCode.INVALID_ARGUMENT, "the token's roomConfig: " + e.getMessage());
        }
        return CreateRoomRequest.newBuilder()
                .setEmptyTimeout(config.getEmptyTimeout())
                .setDepartureTimeout(config.getDepartureTimeout())
                .setMaxParticipants(config.getMaxParticipants())
                .setMetadata(config.getMetadata())
                .setMinPlayoutDelay(config.getMinPlayoutDelay())
                .setMaxPlayoutDelay(config.getMaxPlayoutDelay())
                .setSyncStreams(config.getSyncStreams())
                .addAllAgents(config.getAgentsList())
                .putAllTags(config.getTagsMap())
                .build();
    }
}
