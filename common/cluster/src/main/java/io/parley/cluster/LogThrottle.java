// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * For what goes wrong at every call while it goes wrong: lets one line of the log through, and the next only after a
 * while. Safe for any threads.
 */
public final class LogThrottle {
    static final long INTERVAL_NS = TimeUnit.SECONDS.toNanos(30);

    private final LongSupplier nowNs;
    private final AtomicLong openAtNs;

    public LogThrottle() {
        this(System::nanoTime);
    }

    LogThrottle(LongSupplier nowNs) {
        this.nowNs = nowNs;
        this.openAtNs = new AtomicLong(nowNs.getAsLong());
    }

    /** @return whether the line may be written */
    public boolean tryPass() {
        long at = nowNs.getAsLong();
        long openAt = openAtNs.get();
        return at - openAt >= 0 && openAtNs.compareAndSet(openAt, at + INTERVAL_NS);
    }
}
