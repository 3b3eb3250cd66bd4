// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import com.google.protobuf.UnknownFieldSet;
import io.parley.api.agent.AgentFields;
import io.parley.api.agent.AgentLimits;
import java.util.Map;
import livekit.LivekitAgentDispatch.CreateAgentDispatchRequest;
import livekit.LivekitAgentDispatch.RoomAgentDispatch;
import org.jspecify.annotations.Nullable;

/** An agent that is wanted in a room. */
record CreateDispatch(
        @Field(
                value = "Its name, as its workers registered.",
                example = "transcriber",
                max = AgentLimits.MAX_NAME_LENGTH)
        String agentName,

        @Field(value = "For the agent to read.", example = "{\"language\":\"en\"}") @Nullable
        String metadata,

        @Field("Of the workers of that name only those that registered with this.") @Nullable
        String deployment,

        @Field(value = "What the agent has as a participant.", example = "{\"role\": \"scribe\"}") @Nullable
        Map<String, String> attributes) {
    CreateAgentDispatchRequest toRequest(String room) {
        return CreateAgentDispatchRequest.newBuilder()
                .setRoom(room)
                .setAgentName(agentName)
                .setMetadata(metadata == null ? "" : metadata)
                .setUnknownFields(fields(AgentFields.CREATE_DISPATCH))
                .build();
    }

    /** The same for a room that is to be made. */
    RoomAgentDispatch toRoomDispatch() {
        return RoomAgentDispatch.newBuilder()
                .setAgentName(agentName)
                .setMetadata(metadata == null ? "" : metadata)
                .setUnknownFields(fields(AgentFields.ROOM_DISPATCH))
                .build();
    }

    private UnknownFieldSet fields(AgentFields kind) {
        return kind.of(deployment == null ? "" : deployment, attributes == null ? Map.of() : attributes);
    }
}
