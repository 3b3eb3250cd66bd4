// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.srtp;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Sliding window over packet indexes (RFC 3711 s.3.3.2): each index passes once, and none older than the window. Folded,
 * it keeps the highest index alone, in a fifth of the memory, and takes all below for seen: it never admits more for it.
 */
final class ReplayWindow {
    /** Wide enough for a second of video that a NACK repairs. */
    static final int SIZE = 1024;

    private static final long NONE = -1;

    /** Null while folded. */
    private long @Nullable [] seen = new long[SIZE / 64];

    private long highest = NONE;

    /** Marked since {@link ReplayWindows} looked last. */
    private boolean isInUse;

    long highest() {
        return highest;
    }

    boolean isFolded() {
        return seen == null;
    }

    boolean admits(long index) {
        if (index < 0) {
            return false;
        }
        if (index > highest) {
            return true;
        }
        long[] bits = seen;
        return bits != null && highest - index < SIZE && (bits[word(index)] & bit(index)) == 0;
    }

    /** Marks an index as seen, which unfolds the window; only after the packet proved authentic. */
    void mark(long index) {
        long[] bits = seen;
        if (bits == null) {
            bits = new long[SIZE / 64];
            Arrays.fill(bits, -1L);
            seen = bits;
        }
        if (index > highest) {
            long from = Math.max(highest + 1, index - SIZE + 1);
            for (long i = from; i < index; i++) {
                bits[word(i)] &= ~bit(i);
            }
            highest = index;
        }
        bits[word(index)] |= bit(index);
        isInUse = true;
    }

    void fold() {
        seen = null;
    }

    /** Whether it was marked since this was asked last. */
    boolean takeInUse() {
        boolean wasInUse = isInUse;
        isInUse = false;
        return wasInUse;
    }

    private static int word(long index) {
        return (int) (index & SIZE - 1) >>> 6;
    }

    private static long bit(long index) {
        return 1L << (index & 63);
    }
}
