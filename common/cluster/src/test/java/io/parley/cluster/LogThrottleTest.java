// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LogThrottleTest {
    @Test
    void letsOneLineThroughInAnInterval() {
        AtomicLong nowNs = new AtomicLong(Long.MAX_VALUE - 5);
        LogThrottle throttle = new LogThrottle(nowNs::get);
        assertThat(throttle.tryPass()).isTrue();
        assertThat(throttle.tryPass()).isFalse();
        nowNs.addAndGet(LogThrottle.INTERVAL_NS - 1);
        assertThat(throttle.tryPass()).isFalse();
        nowNs.addAndGet(1);
        assertThat(throttle.tryPass()).isTrue();
        assertThat(throttle.tryPass()).isFalse();
    }
}
