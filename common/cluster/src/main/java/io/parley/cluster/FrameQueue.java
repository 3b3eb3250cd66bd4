// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import java.util.AbstractQueue;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Frames that wait for a slow reader: bounded in bytes, in number (the smallest frame costs a hundred bytes to hold), and in
 * how long the oldest has waited. A frame that is refused means that the stream has to end: leaving one out would leave
 * the two sides of two minds. Safe for any threads.
 */
public final class FrameQueue<T> extends AbstractQueue<T> {
    public static final int MAX_BYTES = 8 << 20;
    public static final int MAX_FRAMES = 4_096;
    public static final long MAX_AGE_NS = 10_000_000_000L;

    private record Entry<T>(T frame, int bytes, long queuedAtNs) {}

    private final LongSupplier nowNs;
    private final ToIntFunction<T> size;
    private final ArrayDeque<Entry<T>> entries = new ArrayDeque<>();
    private long bytes;

    /** @param size of a frame in bytes */
    public FrameQueue(LongSupplier nowNs, ToIntFunction<T> size) {
        this.nowNs = nowNs;
        this.size = size;
    }

    /** @return false if the queue is full, or what is in it has waited for too long */
    @Override
    public synchronized boolean offer(T frame) {
        int length = size.applyAsInt(frame);
        Entry<T> oldest = entries.peek();
        long at = nowNs.getAsLong();
        if (oldest != null
                && (bytes + length > MAX_BYTES
                        || entries.size() == MAX_FRAMES
                        || at - oldest.queuedAtNs() > MAX_AGE_NS)) {
            return false;
        }
        entries.add(new Entry<>(frame, length, at));
        bytes += length;
        return true;
    }

    @Override
    public synchronized @Nullable T poll() {
        Entry<T> entry = entries.poll();
        if (entry == null) {
            return null;
        }
        bytes -= entry.bytes();
        return entry.frame();
    }

    @Override
    public synchronized @Nullable T peek() {
        Entry<T> entry = entries.peek();
        return entry == null ? null : entry.frame();
    }

    @Override
    public synchronized int size() {
        return entries.size();
    }

    /** Of a copy. */
    @Override
    public synchronized Iterator<T> iterator() {
        return entries.stream().map(Entry::frame).toList().iterator();
    }
}
