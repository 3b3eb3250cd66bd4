// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.track;

/** One shard's counters of {@link ForwardDrop}. Its loop alone writes them; others may read, a moment late. */
public final class ForwardDrops {
    private final long[] counts = new long[ForwardDrop.values().length];

    public void count(ForwardDrop reason) {
        counts[reason.ordinal()]++;
    }

    public long get(ForwardDrop reason) {
        return counts[reason.ordinal()];
    }
}
