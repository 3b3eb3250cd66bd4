// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.testkit;

import java.util.random.RandomGenerator;
import java.util.stream.LongStream;

/**
 * Where structured test input comes from: a seed (properties, simulations) or a fuzzer's bytes, which run out into
 * zeros. The same code builds the same input from either.
 */
public final class Choices implements RandomGenerator {
    private final byte[] bytes;
    private int at;
    private long state;
    private final boolean isSeeded;

    private Choices(byte[] bytes, long seed, boolean isSeeded) {
        this.bytes = bytes;
        this.state = seed;
        this.isSeeded = isSeeded;
    }

    public static Choices ofSeed(long seed) {
        return new Choices(new byte[0], seed, true);
    }

    /** The seeds of a random test: {@code -Dparley.seed=} names one, {@code -Dparley.effort=} multiplies their number. */
    public static LongStream seeds(long first, int count) {
        Long one = Long.getLong("parley.seed");
        return one != null
                ? LongStream.of(one)
                : LongStream.range(first, first + (long) count * Integer.getInteger("parley.effort", 1));
    }

    /** A stream of its own, so that what one part of a test draws changes nothing of what another gets. */
    public Choices fork() {
        return isSeeded ? ofSeed(nextLong()) : this;
    }

    public static Choices ofBytes(byte[] bytes) {
        return new Choices(bytes, 0, false);
    }

    /** SplitMix64, or the next eight bytes. */
    @Override
    public long nextLong() {
        if (isSeeded) {
            state += 0x9E3779B97F4A7C15L;
            long z = state;
            z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
            z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
            return z ^ z >>> 31;
        }
        long value = 0;
        for (int i = 0; i < 8; i++) {
            value = value << 8 | (at < bytes.length ? bytes[at++] & 0xFF : 0);
        }
        return value;
    }

    /** True in about {@code percent} of a hundred calls. */
    public boolean percent(double percent) {
        return (nextLong() >>> 11) * 0x1.0p-53 * 100 < percent;
    }

    /** From {@code min} to {@code max}, both included. */
    public int between(int min, int max) {
        return min + (int) Math.floorMod(nextLong(), (long) max - min + 1);
    }

    public byte[] bytes(int length) {
        byte[] result = new byte[length];
        nextBytes(result);
        return result;
    }
}
