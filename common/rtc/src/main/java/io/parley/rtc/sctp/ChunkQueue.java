// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.sctp;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Fragments with consecutive numbers: added behind the last, removed from the front, found by their number. */
final class ChunkQueue {
    private static final int INITIAL_CAPACITY = 16;

    /** A power of two long; a chunk lies at the low bits of its number. */
    private @Nullable OutboundChunk[] ring = new OutboundChunk[INITIAL_CAPACITY];

    private long first;
    private long next;

    ChunkQueue(long initialTsn) {
        first = initialTsn;
        next = initialTsn;
    }

    /** The number of the first chunk, or of the next one if there is none. */
    long firstTsn() {
        return first;
    }

    /** The number that the next chunk has to have. */
    long nextTsn() {
        return next;
    }

    int size() {
        return (int) (next - first);
    }

    boolean isEmpty() {
        return next == first;
    }

    void add(OutboundChunk chunk) {
        if (size() == ring.length) {
            @Nullable OutboundChunk[] old = ring;
            ring = Arrays.copyOf(old, 2 * old.length);
            for (long tsn = first; tsn < next; tsn++) {
                ring[slot(tsn)] = old[(int) tsn & old.length - 1];
            }
        }
        ring[slot(chunk.tsn)] = chunk;
        next++;
    }

    /** @param tsn from {@link #firstTsn} to below {@link #nextTsn} */
    OutboundChunk get(long tsn) {
        return Objects.requireNonNull(ring[slot(tsn)]);
    }

    OutboundChunk removeFirst() {
        OutboundChunk chunk = get(first);
        ring[slot(first)] = null;
        first++;
        return chunk;
    }

    private int slot(long tsn) {
        return (int) tsn & ring.length - 1;
    }
}
