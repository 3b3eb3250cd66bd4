// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import io.parley.engine.message.ShardMessage;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Messages from one shard to another, in one order and bounded in two ways. Those that may get lost (data packets, reports)
 * have a share for each source, so that one that floods loses its own and nobody else's; many that flood together get
 * smaller shares, so that there is always one left for whoever comes. The others are not lost: where even they are too many,
 * the receiver is told so and begins anew what spans the two shards.
 */
final class ShardMailbox {
    /** What the receiving shard does; on its loop. */
    interface Receiver {
        void onMessage(long nowNs, ShardMessage message);

        /** At least one message that may not get lost was. */
        void onMessagesLost(long nowNs);
    }

    static final int MAX_CONTROL = 1 << 16;

    /** From here on a source should wait. */
    static final int AHEAD_BYTES = 1 << 20;

    /** From here on it loses: it did not wait, or the other shard stands still. */
    static final int MAX_SOURCE_BYTES = 8 << 20;

    /** A source may have no more than what is left of these (dynamic thresholds, Choudhury and Hahne 1998). */
    static final int MAX_LOSSY_BYTES = 64 << 20;

    /** What a message costs beside its bytes. */
    static final int OVERHEAD_BYTES = 256;

    /** @param source null for control; a message of null tells of losses */
    private record Entry(
            @Nullable ShardMessage message, @Nullable Object source, int bytes) {}

    private final Receiver receiver;
    private final LoopQueue<Entry> queue;
    private final Map<Object, Integer> bytesBySource = new HashMap<>();
    private int lossyBytes;
    private int control;

    /** Set from a loss until the receiver has been told. */
    private boolean isLossUntold;

    private final AtomicLong lostControl = new AtomicLong();
    private final AtomicLong droppedLossy = new AtomicLong();

    /** @param loop runs what it is given on the receiver's loop, later and always */
    ShardMailbox(Consumer<LongConsumer> loop, Receiver receiver) {
        this.receiver = receiver;
        this.queue = new LoopQueue<>(loop, this::handle);
    }

    void send(ShardMessage message) {
        if (tryCount()) {
            queue.add(new Entry(message, null, 0));
        }
    }

    private synchronized boolean tryCount() {
        if (control < MAX_CONTROL) {
            control++;
            return true;
        }
        lostControl.incrementAndGet();
        if (!isLossUntold) {
            isLossUntold = true;
            queue.add(new Entry(null, null, 0));
        }
        return false;
    }

    /** @return false if the source is ahead of the receiver */
    boolean sendLossy(Object source, int sizeBytes, ShardMessage message) {
        int bytes = sizeBytes + OVERHEAD_BYTES;
        int ofSource;
        synchronized (this) {
            ofSource = bytesBySource.getOrDefault(source, 0) + bytes;
            if (ofSource > Math.min(MAX_SOURCE_BYTES, MAX_LOSSY_BYTES - lossyBytes)) {
                droppedLossy.incrementAndGet();
                return false;
            }
            bytesBySource.put(source, ofSource);
            lossyBytes += bytes;
        }
        queue.add(new Entry(message, source, bytes));
        return ofSource <= AHEAD_BYTES;
    }

    private void handle(long nowNs, Entry entry) {
        release(entry);
        if (entry.message == null) {
            receiver.onMessagesLost(nowNs);
        } else {
            receiver.onMessage(nowNs, entry.message);
        }
    }

    private synchronized void release(Entry entry) {
        if (entry.message == null) {
            isLossUntold = false;
        } else if (entry.source == null) {
            control--;
        } else {
            lossyBytes -= entry.bytes;
            bytesBySource.computeIfPresent(
                    entry.source, (source, bytes) -> bytes == entry.bytes ? null : bytes - entry.bytes);
        }
    }

    /** Messages that may not get lost and were. */
    long lostControl() {
        return lostControl.get();
    }

    long droppedLossy() {
        return droppedLossy.get();
    }

    /** Sources that have something here. */
    synchronized int sources() {
        return bytesBySource.size();
    }
}
