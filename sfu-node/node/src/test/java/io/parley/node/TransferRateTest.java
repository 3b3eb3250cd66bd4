// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TransferRateTest {
    private static final long SECOND_NS = 1_000_000_000L;

    @Test
    void isMeasuredOverASecondOrMore() {
        TransferRate rate = new TransferRate(0);
        rate.measure(SECOND_NS / 2, 5_000);
        assertThat(rate.bytesPerSec()).isZero();
        rate.measure(SECOND_NS, 10_000);
        assertThat(rate.bytesPerSec()).isEqualTo(10_000);
        rate.measure(SECOND_NS * 3 / 2, 50_000);
        assertThat(rate.bytesPerSec()).isEqualTo(10_000);
        rate.measure(3 * SECOND_NS, 50_000);
        assertThat(rate.bytesPerSec()).isEqualTo(20_000);
    }
}
