// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.agent;

import io.parley.api.token.Grants;
import io.parley.api.token.SipGrant;
import io.parley.api.token.VideoGrant;
import io.parley.edge.security.AccessTokens;
import io.parley.edge.security.ApiKeys;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import livekit.LivekitAgent.AvailabilityResponse;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.ParticipantPermission;

/** The tokens with which agents join, as LiveKit mints them. */
public final class AgentTokens {
    private static final Duration LIFETIME = Duration.ofHours(1);
    private static final String AGENT_NAME = "lk.agent_name";

    private final ApiKeys keys;

    public AgentTokens(ApiKeys keys) {
        this.keys = keys;
    }

    /** @param identity of the agent, which the worker may have left to us */
    String mint(Worker worker, String room, String identity, AvailabilityResponse accepted) {
        Map<String, String> attributes = new HashMap<>(accepted.getParticipantAttributesMap());
        attributes.put(AGENT_NAME, worker.kind.agentName());
        Grants grants = new Grants(
                worker.apiKey,
                identity,
                accepted.getParticipantName(),
                accepted.getParticipantMetadata(),
                attributes,
                ParticipantInfo.Kind.AGENT,
                grant(room, worker.permission),
                SipGrant.NONE,
                Map.of());
        return AccessTokens.mint(keys, grants, Instant.now(), LIFETIME);
    }

    private static VideoGrant grant(String room, ParticipantPermission permission) {
        return VideoGrant.fromClaim(Map.of(
                "room",
                room,
                "roomJoin",
                true,
                "agent",
                true,
                "canSubscribe",
                permission.getCanSubscribe(),
                "canPublish",
                permission.getCanPublish(),
                "canPublishData",
                permission.getCanPublishData(),
                "canPublishSources",
                permission.getCanPublishSourcesList().stream()
                        .map(source -> source.name().toLowerCase(Locale.ROOT))
                        .toList(),
                "hidden",
                permission.getHidden(),
                "canUpdateOwnMetadata",
                permission.getCanUpdateMetadata()));
    }
}
