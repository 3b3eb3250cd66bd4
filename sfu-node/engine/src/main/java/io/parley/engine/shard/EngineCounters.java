// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.shard;

/** One shard's counters. Its loop alone writes them; others may read, a moment late. */
public final class EngineCounters {
    private static final long MS = 1_000_000;

    private final long[] counts = new long[EngineCounter.values().length];

    /** From the opening of a seat until its media could flow, ns. */
    private final Histogram startTimes = new Histogram(
            10 * MS, 25 * MS, 50 * MS, 100 * MS, 250 * MS, 500 * MS, 1_000 * MS, 2_500 * MS, 5_000 * MS, 10_000 * MS);

    void count(EngineCounter counter) {
        counts[counter.ordinal()]++;
    }

    void onActive(long afterNs) {
        startTimes.record(afterNs, 1);
    }

    public long get(EngineCounter counter) {
        return counts[counter.ordinal()];
    }

    public Histogram startTimes() {
        return startTimes;
    }
}
