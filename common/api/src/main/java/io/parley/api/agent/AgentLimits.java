// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.agent;

import static io.parley.api.token.ParticipantLimits.sizeOf;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.token.Limit;
import java.util.List;
import livekit.LivekitAgentDispatch.RoomAgentDispatch;

/** What may be asked of agents. LiveKit has no such limits; a room holds what it is given until it ends. */
public final class AgentLimits {
    /** Of a room at a time. */
    public static final int MAX_DISPATCHES = 64;

    /** Bytes of an agent's name, a namespace or a deployment. */
    public static final int MAX_NAME_LENGTH = 256;

    private AgentLimits() {}

    /** What a room is created with. @throws ApiError INVALID_ARGUMENT naming the limit */
    public static void check(List<RoomAgentDispatch> agents, Limit metadata) {
        if (agents.size() > MAX_DISPATCHES) {
            throw ApiError.ofArgument("agents", "are more than " + MAX_DISPATCHES);
        }
        agents.forEach(agent -> {
            check(agent.getAgentName(), AgentFields.ROOM_DISPATCH.deployment(agent));
            checkMetadata(agent.getMetadata(), metadata);
        });
    }

    /** @throws ApiError INVALID_ARGUMENT naming the limit */
    public static void checkMetadata(String metadata, Limit limit) {
        if (limit.isExceededBy(metadata)) {
            throw ApiError.ofArgument("metadata", "exceeds the limit of " + limit);
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
