// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import io.parley.api.error.ApiError;
import io.parley.cluster.Causes;
import io.parley.cluster.Directory;
import io.parley.cluster.LogThrottle;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Tells the directory again and again that the node is there, and what it carries: sooner when rooms come or go, so that
 * placement knows. On a thread of its own. Spring stops it before everything else: connections to the directory are stopped, too,
 * before anything is closed.
 */
public final class NodeAnnouncer implements SmartLifecycle, AutoCloseable {
    /** How long a node that says nothing keeps its rooms. */
    static final Duration LEASE = Duration.ofSeconds(2);

    private static final Duration INTERVAL = Duration.ofMillis(500);
    private static final Duration MIN_INTERVAL = Duration.ofMillis(50);
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final Logger log = LoggerFactory.getLogger(NodeAnnouncer.class);

    private final SfuNode node;
    private final Directory directory;
    private final String linkAddress;
    private final Thread thread;

    /** Holds one permit while there is news. */
    private final Semaphore news = new Semaphore(0);

    private final LogThrottle bugs = new LogThrottle();
    private boolean hasTried;

    /** Whether the last announcement was heard. */
    private volatile boolean isAnnounced;

    /** Announces the node for the first time; a directory that can't be reached is tried again and again. */
    public NodeAnnouncer(SfuNode node, Directory directory, String linkAddress) {
        this.node = node;
        this.directory = directory;
        this.linkAddress = linkAddress;
        node.onNews(() -> {
            if (news.availablePermits() == 0) {
                news.release();
            }
        });
        announce();
        thread = Thread.ofVirtual().name("announcer").start(this::run);
    }

    /** Whether the other services know of this node. */
    public boolean isAnnounced() {
        return isAnnounced;
    }

    private void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                Thread.sleep(MIN_INTERVAL);
                if (news.tryAcquire(INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
                    news.drainPermits();
                }
                announce();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void announce() {
        try {
            boolean wasUnknown = directory
                    .announce(node.record(linkAddress), LEASE)
                    .toCompletableFuture()
                    .orTimeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
            // What was written shortly before a directory went away may be lost with the server that had it.
            node.enterRooms(wasUnknown || !isAnnounced);
            boolean isBack = !isAnnounced && hasTried;
            isAnnounced = true;
            hasTried = true;
            if (isBack) {
                log.atInfo().addKeyValue("node", node.id()).log("the directory can be reached again");
            }
        } catch (Throwable e) { // whatever it is: a node that falls silent loses its rooms while it goes on with them
            onFailure(e);
        }
    }

    private void onFailure(Throwable e) {
        Throwable cause = Causes.of(e);
        if (!(cause instanceof ApiError || cause instanceof TimeoutException)) {
            if (bugs.tryPass()) {
                log.atError().addKeyValue("node", node.id()).setCause(cause).log("the node could not announce itself");
            }
        } else if (isAnnounced || !hasTried) {
            log.atWarn().addKeyValue("node", node.id()).log("the directory can't be reached; rooms go on");
        }
        hasTried = true;
        isAnnounced = false;
    }

    /** It announces from the moment that it is made. */
    @Override
    public void start() {}

    @Override
    public boolean isRunning() {
        return thread.isAlive();
    }

    @Override
    public void stop() {
        close();
    }

    /** The node leaves: no new rooms, and those that it has may go to others at once. */
    @Override
    public void close() {
        if (!thread.isAlive()) {
            return;
        }
        thread.interrupt();
        try {
            thread.join();
            isAnnounced = false;
            directory
                    .withdraw(node.id())
                    .toCompletableFuture()
                    .orTimeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            log.atInfo().addKeyValue("node", node.id()).log("left without telling the directory, which will notice");
        }
    }
}
