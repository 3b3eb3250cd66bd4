// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.stream;

import java.util.Arrays;

/**
 * The last packets of a stream without RTX, protected as they were sent: a resend on the same SSRC repeats those bytes,
 * since one (key, SSRC, ROC, SEQ) is protected once. Holds a second of speech, or less of anything larger, in 8 kB.
 */
final class ResendBuffer {
    private static final int ENTRIES = 64;
    private static final int ARENA_BYTES = 8 << 10;
    private static final long NONE = -1;

    private final byte[] arena = new byte[ARENA_BYTES];

    /** Where the next packet goes, counted without wrapping. */
    private long writePos;

    private final long[] extSeqs = new long[ENTRIES];
    private final long[] positions = new long[ENTRIES];
    private final int[] lengths = new int[ENTRIES];

    ResendBuffer() {
        Arrays.fill(extSeqs, NONE);
    }

    void put(long extSeq, byte[] buf, int off, int len) {
        if (len > ARENA_BYTES) {
            return;
        }
        int at = (int) (writePos % ARENA_BYTES);
        if (at + len > ARENA_BYTES) {
            writePos += ARENA_BYTES - at; // packets stay contiguous
            at = 0;
        }
        System.arraycopy(buf, off, arena, at, len);
        int index = (int) extSeq & ENTRIES - 1;
        extSeqs[index] = extSeq;
        positions[index] = writePos;
        lengths[index] = len;
        writePos += len;
    }

    /** Copies a packet. @return its length, or -1 if it is not held any more */
    int get(long extSeq, byte[] into, int off) {
        int index = (int) extSeq & ENTRIES - 1;
        if (extSeq < 0 || extSeqs[index] != extSeq || writePos - positions[index] > ARENA_BYTES) {
            return -1;
        }
        System.arraycopy(arena, (int) (positions[index] % ARENA_BYTES), into, off, lengths[index]);
        return lengths[index];
    }
}
