// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import java.net.InetAddress;
import java.util.List;

/**
 * @param shards event loops, each with one UDP port
 * @param udpPort port of shard 0; the others follow it
 * @param addresses local addresses to bind and advertise
 * @param emptyTimeoutS seconds that a room outlives its last participant
 * @param scatterSeats put seats on other shards than their room's home: a test mode
 */
public record NodeSettings(
        int shards, int udpPort, List<InetAddress> addresses, int emptyTimeoutS, boolean scatterSeats, String region) {
    public NodeSettings {
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException("this host has no address that clients could reach: connect it to a"
                    + " network, or set parley.rtc.loopback-candidates=true for clients on this host");
        }
        addresses = List.copyOf(addresses);
    }
}
