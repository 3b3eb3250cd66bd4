// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Everything under {@code parley}; {@code application.yaml} explains each key. A key that is not here stops the start.
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
        @DefaultValue Rtc rtc) {
    /**
     * What a room gets that its creator does not set.
     *
     * @param autoCreate whether joining makes a room that does not exist
     * @param emptyTimeout how long a room waits for its first participant
     * @param departureTimeout how long a room outlives its last participant
     * @param maxParticipants 0 means no limit
     */
    public record Rooms(
            @DefaultValue("true") boolean autoCreate,
            @DefaultValue("300s") Duration emptyTimeout,
            @DefaultValue("20s") Duration departureTimeout,
            @DefaultValue("0") int maxParticipants) {}

    /**
     * Media.
     *
     * @param shards 0 means one for each core
     * @param udpPort port of the first shard; 0 picks free ones
     * @param advertisedAddresses what clients are told instead of this host's addresses
     * @param advertisedUdpPort what clients are told instead of the first shard's port, 0 for the port itself
     * @param debugPort loopback port of the debug dumps, 0 for none
     */
    public record Rtc(
            @DefaultValue("0") int shards,
            @DefaultValue("7882") int udpPort,
            @DefaultValue("false") boolean loopbackCandidates,
            @DefaultValue List<InetAddress> advertisedAddresses,
            @DefaultValue("0") int advertisedUdpPort,
            @DefaultValue("0") int debugPort,
            @DefaultValue("false") boolean scatterSeats) {}

    @Override
    public String toString() {
        return "ParleyProperties[keys=" + keys.keySet() + "]"; // never the secrets
    }
}
