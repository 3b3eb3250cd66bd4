// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.twirp;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.parley.api.agent.AgentFields;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import livekit.LivekitAgentDispatch.CreateAgentDispatchRequest;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRoom.RoomConfiguration;
import tools.jackson.databind.JsonNode;

/** What the JSON of a dispatch says beyond the fields that the generated messages know. */
final class AgentJson {
    private AgentJson() {}

    static void merge(JsonNode json, Message.Builder into) throws InvalidProtocolBufferException {
        switch (into) {
            case CreateAgentDispatchRequest.Builder request -> merge(json, AgentFields.CREATE_DISPATCH, request);
            case CreateRoomRequest.Builder request -> mergeAgents(json, request.getAgentsBuilderList());
            case RoomConfiguration.Builder config -> mergeAgents(json, config.getAgentsBuilderList());
            default -> {
                // nothing is missing
            }
        }
    }

    private static void mergeAgents(JsonNode json, List<? extends Message.Builder> agents)
            throws InvalidProtocolBufferException {
        for (int i = 0; i < agents.size(); i++) {
            merge(json.path("agents").path(i), AgentFields.ROOM_DISPATCH, agents.get(i));
        }
    }

    private static void merge(JsonNode json, AgentFields kind, Message.Builder into)
            throws InvalidProtocolBufferException {
        Map<String, String> attributes = new TreeMap<>();
        for (Map.Entry<String, JsonNode> attribute : json.path("attributes").properties()) {
            attributes.put(attribute.getKey(), text("attributes", attribute.getValue()));
        }
        into.mergeUnknownFields(kind.of(text("deployment", json.path("deployment")), attributes));
    }

    private static String text(String field, JsonNode json) throws InvalidProtocolBufferException {
        if (json.isMissingNode() || json.isNull()) {
            return "";
        }
        if (!json.isString()) {
            throw new InvalidProtocolBufferException("invalid value for " + field + ": no string");
        }
        return json.stringValue();
    }
}
