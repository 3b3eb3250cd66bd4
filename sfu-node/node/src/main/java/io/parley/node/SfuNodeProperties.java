// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import io.parley.api.room.IdentityPolicy;
import io.parley.api.room.Playout;
import io.parley.edge.ClusterProperties;
import io.parley.edge.KafkaProperties;
import io.parley.edge.LimitProperties;
import io.parley.edge.SpoolProperties;
import io.parley.edge.config.Allowed;
import io.parley.edge.http.ManagementProperties;
import io.parley.engine.shard.RoomDefaults;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Everything under {@code parley} of an sfu-node; {@code sfu-node.yaml} explains each key. A key that is not here stops the
 * start.
 *
 * @param development allows a short cluster secret
 */
@ConfigurationProperties(prefix = "parley", ignoreUnknownFields = false)
public record SfuNodeProperties(
        @DefaultValue("false") boolean development,
        @DefaultValue("") String region,
        @DefaultValue Rooms room,
        @DefaultValue LimitProperties limit,
        @DefaultValue RtcProperties rtc,
        @DefaultValue Node node,
        @DefaultValue Draining drain,
        @DefaultValue ManagementProperties management,
        @DefaultValue ClusterProperties cluster,
        @DefaultValue KafkaProperties kafka,
        @DefaultValue Events events) {
    /**
     * What a room gets that its creator does not set.
     *
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

    /** @param spool where they wait for Kafka */
    public record Events(@DefaultValue SpoolProperties spool) {}

    /** @param deadline how long rooms stay after the process was told to end (SIGTERM) */
    public record Draining(@DefaultValue("0s") Duration deadline) {
        public Draining {
            Allowed.time("parley.drain.deadline", deadline, Duration.ZERO);
        }
    }

    /**
     * This node among the others.
     *
     * @param linkAddress to bind the node link to
     * @param linkPort 0 picks a free one
     * @param advertisedHost what the other services are told, "" for the first address of this host
     * @param maxParticipants beyond which the node gets no new rooms, 0 for no limit
     */
    public record Node(
            @DefaultValue("0.0.0.0") InetAddress linkAddress,
            @DefaultValue("7900") int linkPort,
            @DefaultValue("") String advertisedHost,
            @DefaultValue("0") int maxParticipants) {
        public Node {
            Allowed.port("parley.node.link-port", linkPort);
            Allowed.atLeast("parley.node.max-participants", maxParticipants, 0);
        }
    }
}
