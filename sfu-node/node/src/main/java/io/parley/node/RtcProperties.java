// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import io.parley.edge.config.Allowed;
import io.parley.engine.shard.RoomDefaults;
import io.parley.net.HostAddresses;
import java.net.InetAddress;
import java.util.List;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Media ({@code parley.rtc}).
 *
 * @param shards 0 means one for each core
 * @param udpPort port of the first shard; 0 picks free ones
 * @param advertisedAddresses what clients are told instead of this host's addresses
 * @param advertisedUdpPort what clients are told instead of the first shard's port, 0 for the port itself
 * @param debugPort loopback port of the debug dumps, 0 for none
 */
public record RtcProperties(
        @DefaultValue("0") int shards,
        @DefaultValue("7882") int udpPort,
        @DefaultValue("false") boolean loopbackCandidates,
        @DefaultValue List<InetAddress> advertisedAddresses,
        @DefaultValue("0") int advertisedUdpPort,
        @DefaultValue("0") int debugPort,
        @DefaultValue("false") boolean scatterSeats) {
    /** Each has its threads' stacks and its queues. */
    private static final int MAX_SHARDS = 256;

    public RtcProperties {
        Allowed.range("parley.rtc.shards", shards, 0, MAX_SHARDS);
        Allowed.port("parley.rtc.udp-port", udpPort);
        Allowed.port("parley.rtc.advertised-udp-port", advertisedUdpPort);
        Allowed.port("parley.rtc.debug-port", debugPort);
    }

    public NodeSettings settings(RoomDefaults rooms, NodeLimits limits, String region) {
        return new NodeSettings(
                shards > 0 ? shards : Runtime.getRuntime().availableProcessors(),
                udpPort,
                HostAddresses.find(loopbackCandidates),
                advertisedAddresses,
                advertisedUdpPort,
                rooms,
                limits,
                scatterSeats,
                region);
    }
}
