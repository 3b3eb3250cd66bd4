// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.track;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.parley.engine.layer.LiveLayers;
import io.parley.rtc.time.NtpTime;
import org.junit.jupiter.api.Test;

class UpLayerTest {
    private static final int CLOCK_RATE = 90_000;
    private static final long CYCLE = 1L << 32;
    private static final long NOON_NS = 1_795_000_000_000_000_000L;
    private static final long SECOND_NS = 1_000_000_000L;

    private final LiveLayers live = new LiveLayers();
    private final UpLayer small = layer(0);
    private final UpLayer large = layer(1);

    private UpLayer layer(int index) {
        return new UpLayer(new PacketRing(64, 16 << 10), live.layer(index));
    }

    private static void report(UpLayer layer, long ntpNs, int rtpTime) {
        layer.onSenderReport(NtpTime.ofUnixNanos(ntpNs), rtpTime, 0);
    }

    /** Publishers report on each layer at a time of its own, and clocks of layers begin at random. */
    @Test
    void theSameMomentIsFoundInAnotherLayersClock() {
        report(small, NOON_NS, 1_000);
        report(large, NOON_NS - SECOND_NS / 2, 5_000_000);
        assertThat(small.inClockOf(large, CLOCK_RATE, CYCLE + 1_000 + 90))
                .as("half a second and a millisecond after the other's report")
                .isCloseTo(CYCLE + 5_000_000 + 45_000 + 90, within(1L));
        assertThat(large.inClockOf(small, CLOCK_RATE, CYCLE + 5_000_000)).isCloseTo(CYCLE + 1_000 - 45_000, within(1L));
    }

    @Test
    void thereAndBackIsTheSame() {
        report(small, NOON_NS, 1_000);
        report(large, NOON_NS + 3 * SECOND_NS, -7);
        long moment = CYCLE + 77_000;
        assertThat(large.inClockOf(small, CLOCK_RATE, small.inClockOf(large, CLOCK_RATE, moment)))
                .isEqualTo(moment);
    }
}
