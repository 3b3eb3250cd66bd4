// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook;

import io.parley.cluster.EventLog;
import io.parley.cluster.LogThrottle;
import io.parley.cluster.webhook.DeliveryStore;
import io.parley.cluster.webhook.WebhookEndpoint;
import io.parley.webhook.intake.EventIntake;
import io.parley.webhook.intake.RoomEndpoints;
import io.parley.webhook.send.DeliveryLoop;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs both halves: reads the log into the store, and sends what is due. While the store is away nothing is read, and the
 * log keeps what happens.
 */
public final class WebhookDispatcher implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(WebhookDispatcher.class);

    /** Replicas of one group share the work. */
    public static final String GROUP = "webhooks";

    /** How often to look for what other replicas took in, and what is due again. */
    private static final int POLL_MS = 200;

    private static final int RETRY_MS = 1_000;

    /** For a turn with a store that hangs, and then for leaving the log. */
    private static final Duration CLOSE_TIMEOUT = EventLog.MAX_CLOSE.multipliedBy(2);

    private final EventLog events;
    private final DeliveryStore store;
    private final List<WebhookEndpoint> configured;
    private final EventIntake intake;
    private final RoomEndpoints roomEndpoints;
    private final DeliveryLoop loop;
    private final Wakeups wakeups;
    private final LogThrottle failures = new LogThrottle();
    private final Thread thread = Thread.ofVirtual().name("webhooks").unstarted(this::run);
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean isWell;

    /** Lets the loop look at once. Safe for any threads. */
    static final class Wakeups {
        private final Semaphore wakeups = new Semaphore(0);

        void wake() {
            if (wakeups.availablePermits() == 0) {
                wakeups.release();
            }
        }

        private void await(int ms) throws InterruptedException {
            if (wakeups.tryAcquire(ms, TimeUnit.MILLISECONDS)) {
                wakeups.drainPermits();
            }
        }
    }

    /** @param wakeups what intake and loop wake */
    WebhookDispatcher(
            EventLog events,
            DeliveryStore store,
            List<WebhookEndpoint> configured,
            EventIntake intake,
            RoomEndpoints roomEndpoints,
            DeliveryLoop loop,
            Wakeups wakeups) {
        this.events = events;
        this.store = store;
        this.configured = List.copyOf(configured);
        this.intake = intake;
        this.roomEndpoints = roomEndpoints;
        this.loop = loop;
        this.wakeups = wakeups;
    }

    void start() {
        thread.start();
    }

    /** Whether the store answered last time, and is still asked. */
    boolean isWell() {
        return isWell && thread.isAlive();
    }

    private void run() {
        AutoCloseable reading = null;
        try {
            while (closed.getCount() > 0) {
                reading = turn(reading);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts this thread", e);
        } finally {
            close(reading);
        }
    }

    private @Nullable AutoCloseable turn(@Nullable AutoCloseable reading) throws InterruptedException {
        try {
            if (reading == null) {
                store.configure(configured).toCompletableFuture().join();
                reading = events.read(GROUP, intake);
            }
            roomEndpoints.onTime();
            int started = loop.pass();
            isWell = true;
            if (started == 0) {
                wakeups.await(POLL_MS);
            }
        } catch (RuntimeException e) {
            isWell = false;
            if (failures.tryPass()) {
                log.atWarn()
                        .setCause(e instanceof CompletionException ? null : e)
                        .addKeyValue("cause", e.getCause())
                        .log("webhooks wait: their store does not answer");
            }
            closed.await(RETRY_MS, TimeUnit.MILLISECONDS);
        }
        return reading;
    }

    private static void close(@Nullable AutoCloseable reading) {
        try {
            if (reading != null) {
                reading.close();
            }
        } catch (Exception e) {
            log.atWarn().addKeyValue("cause", e).log("the event log could not be left");
        }
    }

    /**
     * What is under way is sent again by others, once its claim ends, unless it ends in time. The thread is not interrupted:
     * it would leave the log with its flag set, and so without waiting until what was taken is committed.
     */
    @Override
    public void close() {
        closed.countDown();
        wakeups.wake();
        try {
            thread.join(CLOSE_TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
