// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestTest {
    private static final List<String> KNOWN =
            List.of("parley.rtc.udp-port", "parley.rtc.shards", "parley.room.auto-create", "parley.region");

    @ParameterizedTest
    @CsvSource({
        "parley.rtc.udp-prot, parley.rtc.udp-port",
        "parley.rtc.udp_port, parley.rtc.udp-port",
        "parley.regoin, parley.region",
        "parley.auto-create, parley.room.auto-create",
        "parley.shards, parley.rtc.shards",
        "entirely.something.else,"
    })
    void findsWhatWasMeant(String unknown, String meant) {
        assertThat(Nearest.to(unknown, KNOWN).orElse(null)).isEqualTo(meant);
    }

    @ParameterizedTest
    @CsvSource({"port, port, 0", "prot, port, 1", "por, port, 1", "ports, port, 1", "pert, port, 1", "'', ab, 2"})
    void countsLetters(String a, String b, int distance) {
        assertThat(Nearest.distance(a, b)).isEqualTo(distance);
    }
}
