// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.agent;

import static io.parley.api.token.ParticipantLimits.sizeOf;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.token.ParticipantLimits;
import java.util.List;
import java.util.Map;
import livekit.LivekitAgentDispatch.RoomAgentDispatch;

/** What may be asked of agents. LiveKit has no such limits; a room holds what it is given until it ends. */
public final class AgentLimits {
    /** Of a room at a time. */
    public static final int MAX_DISPATCHES = 64;

    /** Bytes of an agent's name, a namespace or a deployment. */
    public static final int MAX_NAME_LENGTH = 256;

    private AgentLimits() {}

    /** What a room is created with. @throws ApiError INVALID_ARGUMENT naming the limit */
    public static void check(List<RoomAgentDispatch> agents, ParticipantLimits limits) {
        if (agents.size() > MAX_DISPATCHES) {
            throw ApiError.ofArgument("agents", "are more than " + MAX_DISPATCHES);
        }
        agents.forEach(agent -> {
            check(agent.getAgentName(), AgentFields.ROOM_DISPATCH.deployment(agent));
            check(agent.getMetadata(), AgentFields.ROOM_DISPATCH.attributes(agent), limits);
        });
    }

    /** Of one dispatch. @throws ApiError INVALID_ARGUMENT naming the limit */
    public static void check(String metadata, Map<String, String> attributes, ParticipantLimits limits) {
        if (limits.metadata().isExceededBy(metadata)) {
            throw ApiError.ofArgument("metadata", "exceeds the limit of " + limits.metadata());
        }
        if (limits.attributes().isExceededBy(ParticipantLimits.sizeOf(attributes))) {
            throw ApiError.ofArgument("attributes", "exceeds the limit of " + limits.attributes());
        }
    }

    /** @throws ApiError INVALID_ARGUMENT naming the limit */
    public static void check(String agentName, String deployment) {
        limit("agent_name", agentName, MAX_NAME_LENGTH);
        limit("deployment", deployment, MAX_NAME_LENGTH);
        // LiveKit makes topics of names and deployments, which it joins with underscores.
        if (deployment.codePoints().anyMatch(c -> c == '_' || Character.isWhitespace(c))) {
            throw ApiError.ofArgument("deployment", "cannot contain underscores or whitespace");
        }
    }

    private static void limit(String argument, String text, int max) {
        if (sizeOf(text) > max) {
            throw ApiError.ofArgument(argument, "exceeds the limit of " + max + " bytes");
        }
    }

    /** A room has as many as may be. */
    public static ApiError tooManyDispatches() {
        return ApiError.ofCaller(
                ErrorCode.RESOURCE_EXHAUSTED,
                "the room has " + MAX_DISPATCHES + " agent dispatches, and no more may be");
    }
}
