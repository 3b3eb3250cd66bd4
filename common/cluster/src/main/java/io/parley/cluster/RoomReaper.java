// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import io.parley.api.error.ApiError;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives rooms that lost their nodes to others, also where nobody joins them: there what the lost node left ends, the
 * participants, agents' jobs and at last the room, each with its event. Any number of these may run: the directory gives a
 * room once. On a thread of its own.
 */
public final class RoomReaper implements AutoCloseable {
    /**
     * After the end of its lease. Clients come back by themselves meanwhile, and take their rooms along; and a node that was
     * only frozen finds its rooms again.
     */
    public static final Duration SILENCE = Duration.ofSeconds(10);

    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    /** So that a large node's end is no storm on the others. */
    private static final int AT_ONCE = 16;

    private static final Logger log = LoggerFactory.getLogger(RoomReaper.class);

    private final Directory directory;
    private final RoomRouter router;
    private final Duration interval;
    private final AtomicLong failures = new AtomicLong();

    /** By the class of what is thrown, so that no kind hides another. */
    private final Map<Class<?>, LogThrottle> throttles = new ConcurrentHashMap<>();

    private final Thread thread;

    public RoomReaper(Directory directory, RoomRouter router) {
        this(directory, router, INTERVAL);
    }

    RoomReaper(Directory directory, RoomRouter router, Duration interval) {
        this.directory = directory;
        this.router = router;
        this.interval = interval;
        this.thread = Thread.ofVirtual().name("room-reaper").start(this::run);
    }

    /** Searches that failed, and rooms that could not be given to another node: all are tried again. */
    public long failures() {
        return failures.get();
    }

    private void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                Thread.sleep(interval);
                reap();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void reap() throws InterruptedException {
        try {
            rescue(directory
                    .lost(SILENCE)
                    .toCompletableFuture()
                    .orTimeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                    .join());
        } catch (RuntimeException e) { // whatever it is: rooms that lost their nodes would stay lost
            onFailure(e);
        }
    }

    private void rescue(List<RoomClaim> lost) throws InterruptedException {
        Semaphore places = new Semaphore(AT_ONCE);
        for (RoomClaim claim : lost) {
            places.acquire();
            CompletableFuture.completedFuture(claim)
                    .thenCompose(router::rescue)
                    .orTimeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                    .whenComplete((done, error) -> {
                        places.release();
                        if (error != null) {
                            onFailure(error);
                        }
                    });
        }
        places.acquire(AT_ONCE);
    }

    private void onFailure(Throwable error) {
        Throwable cause = Causes.of(error);
        failures.incrementAndGet();
        if (throttles
                .computeIfAbsent(cause.getClass(), kind -> new LogThrottle())
                .tryPass()) {
            boolean isExpected = cause instanceof ApiError || cause instanceof TimeoutException;
            (isExpected ? log.atInfo() : log.atError().setCause(cause))
                    .log("no search for rooms that lost their nodes, or no other node for one: {}", cause.getMessage());
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
