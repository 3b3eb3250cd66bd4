// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.buf;

import org.jspecify.annotations.Nullable;

/**
 * The transmit list of one shard: machines claim a slot, write a datagram into it in place and commit it with its path;
 * the shard flushes at the end of a batch, so that one system call carries many packets. A full list flushes itself.
 * Owned by the shard's loop.
 */
public final class Outbox {
    /** Takes the datagrams of a flush; the bytes are valid only during the call. */
    public interface Sink {
        void onDatagram(Path path, byte[] buf, int off, int len);

        /** The end of the flush: the batch may leave now. */
        void onFlush();
    }

    private final Slot[] slots;
    private final @Nullable Path[] paths;
    private final Sink sink;
    private int committed;

    /** @param capacity datagrams held before the list flushes itself */
    public Outbox(int capacity, Sink sink) {
        this.slots = new Slot[capacity];
        for (int i = 0; i < capacity; i++) {
            slots[i] = new Slot();
        }
        this.paths = new Path[capacity];
        this.sink = sink;
    }

    /** The slot for the next datagram; claiming again without {@link #commit} returns the same slot. */
    public Slot claim() {
        return slots[committed];
    }

    /** Queues the claimed slot with the length set in it. */
    public void commit(Path path) {
        paths[committed++] = path;
        if (committed == slots.length) {
            flush();
        }
    }

    public void flush() {
        if (committed == 0) {
            return;
        }
        int count = committed;
        try {
            for (int i = 0; i < count; i++) {
                Path path = paths[i];
                if (path != null) {
                    sink.onDatagram(path, slots[i].bytes, Slot.HEADROOM, slots[i].length);
                }
            }
        } finally {
            committed = 0; // also if the sink throws: the same datagrams would make it throw for ever
            sink.onFlush();
        }
    }
}
