// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room;

import io.parley.api.agent.AgentFields;
import io.parley.edge.LimitProperties;
import io.parley.edge.config.Allowed;
import io.parley.room.admin.RoomPresets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import livekit.LivekitAgentDispatch.RoomAgentDispatch;
import livekit.LivekitRoom.CreateRoomRequest;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationUnit;

/**
 * LiveKit's RoomConfiguration as it is configured ({@code parley.room.room-configurations.<name>}). What is 0, empty or false
 * is as the server has it.
 *
 * @param emptyTimeout seconds where there is no unit, as LiveKit has it; so is the next
 * @param minPlayoutDelay milliseconds where there is no unit; so is the next
 */
public record RoomConfigurationProperties(
        @DurationUnit(ChronoUnit.SECONDS) @DefaultValue("0") Duration emptyTimeout,
        @DurationUnit(ChronoUnit.SECONDS) @DefaultValue("0") Duration departureTimeout,
        @DefaultValue("0") int maxParticipants,
        @DefaultValue("") String metadata,
        @DurationUnit(ChronoUnit.MILLIS) @DefaultValue("0") Duration minPlayoutDelay,
        @DurationUnit(ChronoUnit.MILLIS) @DefaultValue("0") Duration maxPlayoutDelay,
        @DefaultValue("false") boolean syncStreams,
        @DefaultValue List<Agent> agents,
        @DefaultValue Map<String, String> tags) {
    /** LiveKit's RoomAgentDispatch. */
    public record Agent(
            @DefaultValue("") String agentName,
            @DefaultValue("") String metadata,
            @DefaultValue("") String deployment,
            @DefaultValue Map<String, String> attributes) {
        private RoomAgentDispatch dispatch() {
            return RoomAgentDispatch.newBuilder()
                    .setAgentName(agentName)
                    .setMetadata(metadata)
                    .setUnknownFields(AgentFields.ROOM_DISPATCH.of(deployment, attributes))
                    .build();
        }
    }

    /** By name. @throws IllegalArgumentException naming the one that no room could be made with */
    public static RoomPresets presets(Map<String, RoomConfigurationProperties> byName, LimitProperties limits) {
        Map<String, CreateRoomRequest> presets = new HashMap<>();
        byName.forEach((name, configuration) -> presets.put(name, configuration.creation(name)));
        return RoomPresets.of(presets, limits.participants());
    }

    private CreateRoomRequest creation(String name) {
        String key = RoomPresets.KEY + "." + name + ".";
        Allowed.time(key + "empty-timeout", emptyTimeout, Duration.ZERO);
        Allowed.time(key + "departure-timeout", departureTimeout, Duration.ZERO);
        Allowed.atLeast(key + "max-participants", maxParticipants, 0);
        Allowed.time(key + "min-playout-delay", minPlayoutDelay, Duration.ZERO);
        Allowed.time(key + "max-playout-delay", maxPlayoutDelay, Duration.ZERO);
        return CreateRoomRequest.newBuilder()
                .setEmptyTimeout((int) emptyTimeout.toSeconds())
                .setDepartureTimeout((int) departureTimeout.toSeconds())
                .setMaxParticipants(maxParticipants)
                .setMetadata(metadata)
                .setMinPlayoutDelay((int) minPlayoutDelay.toMillis())
                .setMaxPlayoutDelay((int) maxPlayoutDelay.toMillis())
                .setSyncStreams(syncStreams)
                .addAllAgents(agents.stream().map(Agent::dispatch).toList())
                .putAllTags(tags)
                .build();
    }
}
