// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class HistogramTest {
    private final Histogram histogram = new Histogram(10, 100);

    @Test
    void boundsAreInclusiveAndTheLastRangeHasNone() {
        histogram.record(10, 1);
        histogram.record(11, 2);
        histogram.record(100, 1);
        histogram.record(5_000, 3);
        assertThat(histogram.counts()).containsExactly(1, 3, 3);
        assertThat(histogram.sum()).isEqualTo(10 + 22 + 100 + 15_000);
    }

    @Test
    void theAverageFollowsTheValuesAndTheDeviationTheirSpread() {
        for (int i = 0; i < 500; i++) {
            histogram.record(50, 1);
        }
        assertThat(histogram.average()).isCloseTo(50, within(0.1));
        assertThat(histogram.deviation()).isCloseTo(0, within(0.1));
        for (int i = 0; i < 500; i++) {
            histogram.record(i % 2 == 0 ? 40 : 60, 1);
        }
        assertThat(histogram.average()).isCloseTo(50, within(1.0));
        assertThat(histogram.deviation()).isCloseTo(10, within(1.0));
    }
}
