// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.signal;

import com.google.protobuf.InvalidProtocolBufferException;
import io.parley.api.agent.AgentLimits;
import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.room.IdentityPolicy;
import io.parley.api.token.ParticipantLimits;
import io.parley.edge.twirp.ProtoJson;
import java.util.Map;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRoom.RoomConfiguration;
import tools.jackson.databind.json.JsonMapper;

/** Reads a token's roomConfig: what the room is made with, if the join makes it. Its name and its egress are passed over. */
final class RoomConfigurations {
    private static final JsonMapper JSON = new JsonMapper();

    private RoomConfigurations() {}

    /** @throws ApiError INVALID_ARGUMENT saying what is wrong */
    static CreateRoomRequest decode(Map<String, Object> claim, ParticipantLimits limits) {
        if (claim.isEmpty()) {
            return CreateRoomRequest.getDefaultInstance();
        }
        RoomConfiguration.Builder config = RoomConfiguration.newBuilder();
        try {
            ProtoJson.merge(JSON.writeValueAsBytes(claim), config);
        } catch (InvalidProtocolBufferException e) {
            throw ApiError.ofCaller(ErrorCode.INVALID_ARGUMENT, "the token's roomConfig: " + e.getMessage());
        }
        AgentLimits.check(config.getAgentsList(), limits);
        IdentityPolicy.check(config.getTagsMap());
        if (limits.metadata().isExceededBy(config.getMetadata())) {
            throw ApiError.ofArgument("roomConfig.metadata", "exceeds the limit of " + limits.metadata());
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
