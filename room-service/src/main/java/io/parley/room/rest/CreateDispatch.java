// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import io.parley.api.agent.AgentLimits;
import livekit.LivekitAgentDispatch.CreateAgentDispatchRequest;
import org.jspecify.annotations.Nullable;

/** An agent that is wanted in a room. */
record CreateDispatch(
        @Field(
                value = "Its name, as its workers registered.",
                example = "transcriber",
                max = AgentLimits.MAX_NAME_LENGTH)
        String agentName,

        @Field(value = "For the agent to read.", example = "{\"language\":\"en\"}") @Nullable
        String metadata) {
    CreateAgentDispatchRequest toRequest(String room) {
        CreateAgentDispatchRequest.Builder request =
                CreateAgentDispatchRequest.newBuilder().setRoom(room).setAgentName(agentName);
        if (metadata != null) {
            request.setMetadata(metadata);
        }
        return request.build();
    }
}
