// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.peer;

/**
 * Counts what peers receive, send and drop. One for all peers of a loop, which alone writes it; others may read, a moment
 * late.
 */
public final class PeerCounters {
    private final long[] counts = new long[PeerCounter.values().length];
    private final long[] drops = new long[DropReason.values().length];

    public void count(DropReason reason) {
        drops[reason.ordinal()]++;
    }

    public long get(DropReason reason) {
        return drops[reason.ordinal()];
    }

    void count(PeerCounter counter) {
        counts[counter.ordinal()]++;
    }

    void add(PeerCounter counter, long amount) {
        counts[counter.ordinal()] += amount;
    }

    public long get(PeerCounter counter) {
        return counts[counter.ordinal()];
    }
}
