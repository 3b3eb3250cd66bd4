// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import io.parley.cluster.LogThrottle;
import io.parley.engine.event.RoomEvent;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The events of the node's rooms: counted at once, and handed on in their order by a thread of their own, so that no loop
 * waits for whoever writes them down.
 */
final class RoomEvents implements AutoCloseable {
    /** What may wait for a log that is slow: half a minute of the busiest node. */
    private static final int MAX_QUEUED = 65_536;

    private static final int CLOSE_TIMEOUT_S = 2;
    private static final Logger log = LoggerFactory.getLogger(RoomEvents.class);

    private final Map<Class<? extends RoomEvent>, LongAdder> counts = new ConcurrentHashMap<>();
    private final LogThrottle losses = new LogThrottle();
    private final Consumer<RoomEvent> reader;
    private final ThreadPoolExecutor thread = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MAX_QUEUED),
            Thread.ofVirtual().name("room-events").factory(),
            (event, executor) -> onLost());

    RoomEvents(Consumer<RoomEvent> reader) {
        this.reader = reader;
    }

    /** From the loop of the room's home. */
    void emit(RoomEvent event) {
        counts.computeIfAbsent(event.getClass(), type -> new LongAdder()).increment();
        thread.execute(() -> reader.accept(event));
    }

    private void onLost() {
        if (losses.tryPass()) {
            log.atWarn().log("room events come faster than they can be written: some are not in the log");
        }
    }

    /** Events of a type since the start. */
    long count(Class<? extends RoomEvent> type) {
        LongAdder count = counts.get(type);
        return count == null ? 0 : count.sum();
    }

    /** Writes what waits. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_TIMEOUT_S, TimeUnit.SECONDS)) {
                onLost();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
