// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room;

import io.parley.edge.ClusterProperties;
import io.parley.edge.LimitProperties;
import io.parley.edge.config.Allowed;
import io.parley.edge.http.HttpProperties;
import io.parley.edge.http.ManagementProperties;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Everything under {@code parley} of a room-service; {@code room-service.yaml} explains each key. A key that is not here
 * stops the start.
 *
 * @param development allows short secrets
 * @param keys secrets by API key
 * @param region where new rooms are wanted, or ""
 */
@ConfigurationProperties(prefix = "parley", ignoreUnknownFields = false)
public record RoomServiceProperties(
        @DefaultValue("false") boolean development,
        @DefaultValue Map<String, String> keys,
        @DefaultValue("") String region,
        @DefaultValue NodeSelector nodeSelector,
        @DefaultValue Rooms room,
        @DefaultValue LimitProperties limit,
        @DefaultValue HttpProperties http,
        @DefaultValue ManagementProperties management,
        @DefaultValue ClusterProperties cluster) {
    /**
     * @param autoCreate whether joining makes a room that does not exist
     * @param enableRemoteUnmute whether a server may unmute what a participant muted
     * @param maxPublishConnections of one participant at a time, beside its main one
     */
    public record Rooms(
            @DefaultValue("true") boolean autoCreate,
            @DefaultValue("false") boolean enableRemoteUnmute,
            @DefaultValue("8") int maxPublishConnections) {
        public Rooms {
            Allowed.atLeast("parley.room.max-publish-connections", maxPublishConnections, 0);
        }
    }

    /** @param cpuLoadLimit of a node's cores, 0 to 1: one that uses more gets no new rooms while others can take them */
    public record NodeSelector(@DefaultValue("0.9") double cpuLoadLimit) {
        public NodeSelector {
            Allowed.share("parley.node-selector.cpu-load-limit", cpuLoadLimit);
        }
    }

    @Override
    public String toString() {
        return "RoomServiceProperties[keys=" + keys.keySet() + "]"; // never the secrets
    }
}
