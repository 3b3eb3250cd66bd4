// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.sctp;

/** Which numbers came or were given up: all up to the cumulative one, and some ahead of it, with a bit for each. */
final class ReceivedTsns {
    /** Numbers beyond the cumulative one that are remembered. */
    static final int MAX_AHEAD = 1 << 14;

    /** Bit {@code tsn % MAX_AHEAD} for the numbers above {@link #cumulative}. */
    private final long[] words = new long[MAX_AHEAD / Long.SIZE];

    private long cumulative;
    private long highest;

    /** @param cumulative the number before the first */
    ReceivedTsns(long cumulative) {
        this.cumulative = cumulative;
        this.highest = cumulative;
    }

    long cumulative() {
        return cumulative;
    }

    long highest() {
        return highest;
    }

    boolean lacksSome() {
        return highest > cumulative;
    }

    boolean contains(long tsn) {
        return tsn <= cumulative || (tsn <= highest && nextReceived(tsn) == tsn);
    }

    /** @param tsn above the cumulative number by at most {@link #MAX_AHEAD} */
    void add(long tsn) {
        words[word(tsn)] |= 1L << tsn;
        highest = Math.max(highest, tsn);
        moveTo(cumulative);
    }

    /** Takes all up to {@code tsn}, at most {@link #MAX_AHEAD} above the cumulative number, as received. */
    void addUpTo(long tsn) {
        highest = Math.max(highest, tsn);
        moveTo(tsn);
    }

    /** Makes the number cumulative, or the last of those that follow it without a gap. */
    private void moveTo(long tsn) {
        long end = nextMissing(tsn + 1) - 1;
        for (long at = cumulative + 1; at <= end; ) {
            int bits = (int) Math.min(Long.SIZE - (at & Long.SIZE - 1), end - at + 1);
            words[word(at)] &= ~(-1L >>> Long.SIZE - bits << at);
            at += bits;
        }
        cumulative = end;
    }

    /** The first number from {@code tsn} on, which is above the cumulative one, that came; or the highest plus one. */
    long nextReceived(long tsn) {
        return next(tsn, 0);
    }

    /** The first number from {@code tsn} on, which is above the cumulative one, that did not come. */
    long nextMissing(long tsn) {
        return next(tsn, -1L);
    }

    private long next(long tsn, long inverted) {
        long at = tsn;
        while (at <= highest) {
            long rest = (words[word(at)] ^ inverted) >>> at;
            if (rest != 0) {
                return Math.min(at + Long.numberOfTrailingZeros(rest), highest + 1);
            }
            at += Long.SIZE - (at & Long.SIZE - 1);
        }
        return highest + 1;
    }

    private static int word(long tsn) {
        return (int) (tsn & MAX_AHEAD - 1) / Long.SIZE;
    }
}
