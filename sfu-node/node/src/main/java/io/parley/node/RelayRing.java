// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import io.parley.engine.track.MediaPacket;
import io.parley.rtc.buf.Slot;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Packets from one loop to another: a bounded ring with one producer and one consumer, which copies bytes once. */
final class RelayRing {
    static final int EMPTY = -1;

    private static final int ENTRIES = 1024;

    private final Entry[] entries = new Entry[ENTRIES];

    /** Written by the producer. */
    private final AtomicLong head = new AtomicLong();

    /** Written by the consumer. */
    private final AtomicLong tail = new AtomicLong();

    /** Set while a wake-up of the consumer is under way. */
    private final AtomicBoolean isWaking = new AtomicBoolean();

    private final AtomicLong dropped = new AtomicLong();

    private static final class Entry {
        final byte[] bytes = new byte[Slot.MAX_PACKET];
        int handle;
        int layer;
        long extSeq;
        long extTs;
        boolean hasMarker;
        int len;
    }

    /** By the producer. @return whether the consumer must be woken */
    boolean offer(int handle, MediaPacket packet) {
        long at = head.get();
        if (at - tail.get() == ENTRIES || packet.len > Slot.MAX_PACKET) {
            dropped.incrementAndGet();
            return false;
        }
        int index = (int) at & ENTRIES - 1;
        Entry entry = entries[index];
        if (entry == null) {
            entry = new Entry(); // rings between shards that share no room stay small
            entries[index] = entry;
        }
        entry.handle = handle;
        entry.layer = packet.layer;
        entry.extSeq = packet.extSeq;
        entry.extTs = packet.extTs;
        entry.hasMarker = packet.hasMarker;
        entry.len = packet.len;
        System.arraycopy(packet.buf, packet.off, entry.bytes, 0, packet.len);
        head.set(at + 1);
        return isWaking.compareAndSet(false, true);
    }

    /** What takes the packets; their bytes hold during the call. */
    interface Target {
        void onPacket(int handle, MediaPacket packet);
    }

    /** By the consumer, once woken: hands on all that is there. What the target throws costs that packet alone. */
    void drain(MediaPacket packet, Target target, Consumer<Throwable> onBug) {
        onWoken();
        for (int handle = poll(packet); handle != EMPTY; handle = poll(packet)) {
            try {
                target.onPacket(handle, packet);
            } catch (RuntimeException | Error e) {
                onBug.accept(e);
            } finally {
                release(); // or the same packet would be polled for ever
            }
        }
    }

    /** By the consumer, before it polls. */
    void onWoken() {
        isWaking.set(false);
    }

    /** By the consumer: fills the packet, whose bytes hold until {@link #release}. @return its handle, or EMPTY */
    int poll(MediaPacket packet) {
        long at = tail.get();
        if (at == head.get()) {
            return EMPTY;
        }
        Entry entry = entries[(int) at & ENTRIES - 1];
        packet.layer = entry.layer;
        packet.extSeq = entry.extSeq;
        packet.extTs = entry.extTs;
        packet.hasMarker = entry.hasMarker;
        packet.buf = entry.bytes;
        packet.off = 0;
        packet.len = entry.len;
        return entry.handle;
    }

    void release() {
        tail.lazySet(tail.get() + 1);
    }

    long dropped() {
        return dropped.get();
    }
}
