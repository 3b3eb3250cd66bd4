// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import io.parley.engine.shard.RoomDefaults;
import java.net.InetAddress;
import java.util.List;

/**
 * @param shards event loops, each with one UDP port
 * @param udpPort port of shard 0; the others follow it
 * @param addresses local addresses to bind
 * @param advertised addresses that clients are told instead of those; empty where they are the same
 * @param advertisedUdpPort the same for the port of shard 0; 0 where it is the bound one
 * @param rooms what a room gets that its creator does not set
 * @param scatterSeats put seats on other shards than their room's home: a test mode
 */
public record NodeSettings(
        int shards,
        int udpPort,
        List<InetAddress> addresses,
        List<InetAddress> advertised,
        int advertisedUdpPort,
        RoomDefaults rooms,
        NodeLimits limits,
        boolean scatterSeats,
        String region) {
    public NodeSettings {
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException("this host has no address that clients could reach: connect it to a"
                    + " network, or set parley.rtc.loopback-candidates=true for clients on this host");
        }
        addresses = List.copyOf(addresses);
        advertised = List.copyOf(advertised);
    }
}
