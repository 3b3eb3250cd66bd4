// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.srtp;

/** Sliding window over packet indexes (RFC 3711 s.3.3.2): each index passes once, and none older than the window. */
final class ReplayWindow {
    /** Wide enough for a second of video that a NACK repairs. */
    static final int SIZE = 1024;

    private static final long NONE = -1;

    private final long[] seen = new long[SIZE / 64];
    private long highest = NONE;

    long highest() {
        return highest;
    }

    boolean isStarted() {
        return highest != NONE;
    }

    boolean admits(long index) {
        if (index < 0) {
            return false;
        }
        if (index > highest) {
            return true;
        }
        return highest - index < SIZE && (seen[word(index)] & bit(index)) == 0;
    }

    /** Marks an index as seen; only after the packet proved authentic. */
    void mark(long index) {
        if (index > highest) {
            long from = Math.max(highest + 1, index - SIZE + 1);
            for (long i = from; i < index; i++) {
                seen[word(i)] &= ~bit(i);
            }
            highest = index;
        }
        seen[word(index)] |= bit(index);
    }

    private static int word(long index) {
        return (int) (index & SIZE - 1) >>> 6;
    }

    private static long bit(long index) {
        return 1L << (index & 63);
    }
}
