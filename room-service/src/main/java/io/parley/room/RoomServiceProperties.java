// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room;

import io.parley.cluster.NodeSelector;
import io.parley.edge.ClusterProperties;
import io.parley.edge.LimitProperties;
import io.parley.edge.config.Allowed;
import io.parley.edge.http.HttpProperties;
import io.parley.edge.http.ManagementProperties;
import java.util.List;
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
        @DefaultValue Selector nodeSelector,
        @DefaultValue Rooms room,
        @DefaultValue LimitProperties limit,
        @DefaultValue HttpProperties http,
        @DefaultValue ManagementProperties management,
        @DefaultValue ClusterProperties cluster) {
    /**
     * @param autoCreate whether joining makes a room that does not exist
     * @param enableRemoteUnmute whether a server may unmute what a participant muted
     * @param maxPublishConnections of one participant at a time, beside its main one
     * @param roomConfigurations presets by name
     */
    public record Rooms(
            @DefaultValue("true") boolean autoCreate,
            @DefaultValue("false") boolean enableRemoteUnmute,
            @DefaultValue("8") int maxPublishConnections,
            @DefaultValue Map<String, RoomConfigurationProperties> roomConfigurations) {
        public Rooms {
            Allowed.atLeast("parley.room.max-publish-connections", maxPublishConnections, 0);
        }
    }

    /**
     * How nodes are chosen for new rooms; LiveKit's node_selector.
     *
     * @param cpuLoadLimit of a node's cores, 0 to 1
     * @param sysloadLimit load average by core
     */
    public record Selector(
            @DefaultValue("cpuload") NodeSelector.Kind kind,
            @DefaultValue("clients") NodeSelector.SortBy sortBy,
            @DefaultValue("twochoice") NodeSelector.Algorithm algorithm,
            @DefaultValue("0.9") double cpuLoadLimit,
            @DefaultValue("0.9") double sysloadLimit,
            @DefaultValue List<NodeSelector.Region> regions) {
        public Selector {
            Allowed.share("parley.node-selector.cpu-load-limit", cpuLoadLimit);
            if (!(sysloadLimit > 0)) {
                throw new IllegalArgumentException(
                        "parley.node-selector.sysload-limit is " + sysloadLimit + ": it has to be above 0");
            }
            for (NodeSelector.Region region : regions) {
                if (!(Math.abs(region.lat()) <= 90) || !(Math.abs(region.lon()) <= 180)) {
                    throw new IllegalArgumentException("parley.node-selector.regions has " + region.name()
                            + " nowhere on earth: lat is -90 to 90, lon -180 to 180");
                }
            }
        }

        /** @param region the own one */
        NodeSelector selector(String region) {
            if (kind == NodeSelector.Kind.REGIONAWARE
                    && regions.stream().noneMatch(known -> known.name().equals(region))) {
                throw new IllegalArgumentException("parley.node-selector.kind is regionaware, and parley.region is \""
                        + region + "\": it has to be one of parley.node-selector.regions");
            }
            return new NodeSelector(kind, sortBy, algorithm, cpuLoadLimit, sysloadLimit, regions);
        }
    }

    @Override
    public String toString() {
        return "RoomServiceProperties[keys=" + keys.keySet() + "]"; // never the secrets
    }
}
