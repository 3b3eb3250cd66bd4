// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.time;

/**
 * Extends 16-bit wire sequence numbers to 64 bits that grow monotonically across wraps (RFC 3550 A.1). The first
 * number is placed one cycle up, so that packets older than the first one still have a positive value.
 */
public final class ExtendedSequence {
    private static final long NONE = -1;

    private long highest = NONE;

    /** The extended number of {@code seq}: the value nearest to the highest one noted so far. Notes nothing. */
    public long extend(int seq) {
        if (highest == NONE) {
            return 1L << 16 | seq;
        }
        return nearest(highest, seq);
    }

    /** Notes a number as received; call it only for authenticated packets. */
    public void note(long extSeq) {
        if (extSeq > highest) {
            highest = extSeq;
        }
    }

    public boolean isStarted() {
        return highest != NONE;
    }

    public long highest() {
        return highest;
    }

    /** The number nearest to {@code reference} whose low 16 bits are {@code seq}. */
    public static long nearest(long reference, int seq) {
        return reference + (short) (seq - (int) reference);
    }

    /** The number nearest to {@code reference} whose low 32 bits are {@code ts}. */
    public static long nearest32(long reference, int ts) {
        return reference + (ts - (int) reference);
    }
}
