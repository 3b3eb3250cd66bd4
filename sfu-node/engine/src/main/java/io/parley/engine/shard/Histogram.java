// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.shard;

/**
 * Counts of values by ranges, with a moving average and its deviation (as RFC 3550 s.6.4.1 smooths jitter). One thread
 * writes; others may read, a moment late. Nothing is allocated by a record.
 */
public final class Histogram {
    private static final double SMOOTHING = 1 / 16.0;

    private final long[] upperBounds;
    private final long[] counts;
    private long sum;
    private double average;
    private double deviation;

    /** @param upperBounds inclusive, ascending; a last range without bound is added */
    public Histogram(long... upperBounds) {
        this.upperBounds = upperBounds.clone();
        this.counts = new long[upperBounds.length + 1];
    }

    /** @param times how often the value is to be counted */
    public void record(long value, long times) {
        int range = 0;
        while (range < upperBounds.length && value > upperBounds[range]) {
            range++;
        }
        counts[range] += times;
        sum += value * times;
        double difference = value - average;
        average += difference * SMOOTHING;
        deviation += (Math.abs(difference) - deviation) * SMOOTHING;
    }

    /** How many values each range has; the last one is without bound. */
    public long[] counts() {
        return counts.clone();
    }

    public long[] upperBounds() {
        return upperBounds.clone();
    }

    public long sum() {
        return sum;
    }

    public double average() {
        return average;
    }

    public double deviation() {
        return deviation;
    }
}
