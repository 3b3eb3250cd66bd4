// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a node out of service and back: new rooms go elsewhere from now on, and those that it has at a deadline, again and
 * again until there are none. Safe for any threads.
 */
final class Drain implements AutoCloseable {
    /** What a node has: rooms. */
    interface Rooms {
        int count();

        /** They go to other nodes, and their participants with them, as fast as the directory takes that. */
        void handOver();

        /** The node takes new rooms, or does so no longer. */
        void onChange();
    }

    private static final Duration RETRY_INTERVAL = Duration.ofSeconds(1);
    private static final long POLL_INTERVAL_MS = 20;
    private static final Logger log = LoggerFactory.getLogger(Drain.class);

    private final Rooms rooms;
    private @Nullable Thread thread;

    Drain(Rooms rooms) {
        this.rooms = rooms;
    }

    synchronized boolean isUnderWay() {
        return thread != null;
    }

    /** @param deadline from now; it takes the place of one that was set before */
    synchronized void begin(Duration deadline) {
        stop();
        thread = Thread.ofVirtual().name("drain").start(() -> run(deadline));
        rooms.onChange();
        log.atInfo()
                .addKeyValue("rooms", rooms.count())
                .addKeyValue("deadline", deadline)
                .log("the node takes no new rooms, and hands over those that it has then");
    }

    synchronized void end() {
        if (thread != null) {
            stop();
            rooms.onChange();
            log.atInfo().log("the node takes new rooms again");
        }
    }

    private void stop() {
        if (thread != null) {
            thread.interrupt();
            thread = null;
        }
    }

    private void run(Duration deadline) {
        try {
            Thread.sleep(deadline);
            while (!Thread.currentThread().isInterrupted()) {
                rooms.handOver();
                Thread.sleep(RETRY_INTERVAL);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the last room was gone in time. */
    boolean awaitEmpty(Duration timeout) throws InterruptedException {
        long deadlineNs = System.nanoTime() + timeout.toNanos();
        while (rooms.count() > 0 && System.nanoTime() - deadlineNs < 0) {
            TimeUnit.MILLISECONDS.sleep(POLL_INTERVAL_MS);
        }
        return rooms.count() == 0;
    }

    @Override
    public synchronized void close() {
        stop();
    }
}
