// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Media settings; the reference file {@code application.yaml} explains each.
 *
 * @param shards 0 means one for each core
 * @param udpPort port of the first shard; 0 picks free ones
 * @param debugPort loopback port of the debug dumps, 0 for none
 */
@ConfigurationProperties("parley.rtc")
public record RtcProperties(
        @DefaultValue("0") int shards,
        @DefaultValue("7882") int udpPort,
        @DefaultValue("false") boolean loopbackCandidates,
        @DefaultValue("0") int debugPort,
        @DefaultValue("false") boolean scatterSeats) {}
