// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone;

import io.parley.api.room.IdentityPolicy;
import io.parley.api.room.Playout;
import io.parley.edge.LimitProperties;
import io.parley.edge.config.Allowed;
import io.parley.edge.http.HttpProperties;
import io.parley.edge.http.ManagementProperties;
import io.parley.engine.shard.RoomDefaults;
import io.parley.node.EnabledCodec;
import io.parley.node.RtcProperties;
import io.parley.room.RoomConfigurationProperties;
import io.parley.webhook.WebhookProperties;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Everything under {@code parley}; {@code standalone.yaml} explains each key. A key that is not here stops the start.
 *
 * @param development allows short secrets and prints them
 * @param keys secrets by API key
 */
@ConfigurationProperties(prefix = "parley", ignoreUnknownFields = false)
public record ParleyProperties(
        @DefaultValue("false") boolean development,
        @DefaultValue Map<String, String> keys,
        @DefaultValue("") String region,
        @DefaultValue Rooms room,
        @DefaultValue LimitProperties limit,
        @DefaultValue HttpProperties http,
        @DefaultValue ManagementProperties management,
        @DefaultValue WebhookProperties webhook,
        @DefaultValue RtcProperties rtc) {
    /**
     * What a room gets that its creator does not set.
     *
     * @param autoCreate whether joining makes a room that does not exist
     * @param enableRemoteUnmute whether a server may unmute what a participant muted
     * @param maxPublishConnections of one participant at a time, beside its main one
     * @param roomConfigurations presets by name
     * @param emptyTimeout how long a room waits for its first participant
     * @param departureTimeout how long a room outlives its last participant
     * @param maxParticipants 0 means no limit
     * @param enabledCodecs what may be published; empty for all that LiveKit has
     * @param minPlayoutDelay after which subscribers show pictures at the earliest
     * @param maxPlayoutDelay and at the latest; 0 leaves it to them
     * @param syncStreams whether a participant's tracks of one stream are played in step
     * @param identityPolicy for newcomers whose identity is there already
     */
    public record Rooms(
            @DefaultValue("true") boolean autoCreate,
            @DefaultValue("false") boolean enableRemoteUnmute,
            @DefaultValue("8") int maxPublishConnections,
            @DefaultValue Map<String, RoomConfigurationProperties> roomConfigurations,
            @DefaultValue("300s") Duration emptyTimeout,
            @DefaultValue("20s") Duration departureTimeout,
            @DefaultValue("0") int maxParticipants,
            @DefaultValue List<EnabledCodec> enabledCodecs,
            @DefaultValue("0ms") Duration minPlayoutDelay,
            @DefaultValue("0ms") Duration maxPlayoutDelay,
            @DefaultValue("false") boolean syncStreams,
            @DefaultValue("replace") IdentityPolicy identityPolicy) {
        public Rooms {
            Allowed.time("parley.room.empty-timeout", emptyTimeout, Duration.ZERO);
            Allowed.time("parley.room.departure-timeout", departureTimeout, Duration.ZERO);
            Allowed.time("parley.room.min-playout-delay", minPlayoutDelay, Duration.ZERO);
            Allowed.time("parley.room.max-playout-delay", maxPlayoutDelay, Duration.ZERO);
            Allowed.atLeast("parley.room.max-participants", maxParticipants, 0);
            Allowed.atLeast("parley.room.max-publish-connections", maxPublishConnections, 0);
        }

        RoomDefaults defaults() {
            return RoomDefaults.of(
                    emptyTimeout,
                    departureTimeout,
                    maxParticipants,
                    EnabledCodec.of(enabledCodecs),
                    new Playout((int) minPlayoutDelay.toMillis(), (int) maxPlayoutDelay.toMillis(), syncStreams),
                    identityPolicy);
        }
    }

    @Override
    public String toString() {
        return "ParleyProperties[keys=" + keys.keySet() + "]"; // never the secrets
    }
}
