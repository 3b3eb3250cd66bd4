// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.seat.SeatLimits;
import org.junit.jupiter.api.Test;

class NodeLimitsTest {
    private static final NodeLimits LIMITS = new NodeLimits(0, 10, 1_000_000, SeatLimits.DEFAULTS);

    @Test
    void whatIsReachedIsNamedWithItsKey() {
        assertThat(LIMITS.excess(9, 999_999)).isNull();
        assertThat(LIMITS.excess(10, 0)).contains("10").contains("parley.limit.num-tracks");
        assertThat(LIMITS.excess(0, 1_000_000)).contains("1000000").contains("parley.limit.bytes-per-sec");
    }

    @Test
    void whatHasNoLimitIsNeverReached() {
        assertThat(NodeLimits.NONE.excess(Long.MAX_VALUE, Long.MAX_VALUE)).isNull();
    }
}
