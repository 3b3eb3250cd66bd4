// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone;

import java.time.Duration;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Everything under {@code parley}; {@code application.yaml} explains each key. A key that is not here stops the start.
 *
 * @param development allows short secrets and prints them
 * @param keys secrets by API key
 * @param departureTimeout how long a room outlives its last participant
 */
@ConfigurationProperties(prefix = "parley", ignoreUnknownFields = false)
public record ParleyProperties(
        @DefaultValue("false") boolean development,
        @DefaultValue Map<String, String> keys,
        @DefaultValue("20s") Duration departureTimeout,
        @DefaultValue("") String region,
        @DefaultValue Rtc rtc) {
    /**
     * Media.
     *
     * @param shards 0 means one for each core
     * @param udpPort port of the first shard; 0 picks free ones
     * @param debugPort loopback port of the debug dumps, 0 for none
     */
    public record Rtc(
            @DefaultValue("0") int shards,
            @DefaultValue("7882") int udpPort,
            @DefaultValue("false") boolean loopbackCandidates,
            @DefaultValue("0") int debugPort,
            @DefaultValue("false") boolean scatterSeats) {}

    @Override
    public String toString() {
        return "ParleyProperties[keys=" + keys.keySet() + "]"; // never the secrets
    }
}
