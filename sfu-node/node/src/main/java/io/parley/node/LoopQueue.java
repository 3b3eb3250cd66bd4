// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import java.util.ArrayDeque;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What one source has for a loop, in order. However much it is, it takes one place in the loop's own queue at a time, and
 * a few items are handled there at each turn: sources don't crowd each other out. Any thread may add.
 */
final class LoopQueue<T> {
    /** What is done with an item, on the loop. */
    interface Handler<T> {
        void handle(long nowNs, T item);
    }

    /** Items of one turn. */
    static final int BATCH = 16;

    private final Consumer<LongConsumer> loop;
    private final Handler<T> handler;
    private final ArrayDeque<T> items = new ArrayDeque<>();

    /** While a turn is under way. */
    private boolean isWaking;

    /** @param loop runs what it is given on the loop, later and always */
    LoopQueue(Consumer<LongConsumer> loop, Handler<T> handler) {
        this.loop = loop;
        this.handler = handler;
    }

    void add(T item) {
        synchronized (this) {
            items.add(item);
            if (isWaking) {
                return;
            }
            isWaking = true;
        }
        loop.accept(this::onTurn);
    }

    private void onTurn(long nowNs) {
        boolean isEmpty = false;
        try {
            for (int i = 0; i < BATCH && !isEmpty; i++) {
                T item = poll();
                isEmpty = item == null;
                if (item != null) {
                    handler.handle(nowNs, item);
                }
            }
        } finally {
            if (!isEmpty) {
                loop.accept(this::onTurn); // also if an item threw
            }
        }
    }

    private synchronized @Nullable T poll() {
        T item = items.poll();
        isWaking = item != null;
        return item;
    }
}
