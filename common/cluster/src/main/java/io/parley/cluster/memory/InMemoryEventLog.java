// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.memory;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.event.Event;
import io.parley.cluster.EventLog;
import io.parley.cluster.LogThrottle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An event log that lives and dies with its process, and keeps of each event what its groups have not taken. As in a log of
 * many partitions, a batch that is not taken holds up the keys of its lane, not all. Safe for any threads.
 */
public final class InMemoryEventLog implements EventLog, AutoCloseable {
    /** That a group may be behind: some hundred megabytes of the largest events there are, and some ten of ordinary ones. */
    public static final int MAX_EVENTS = 65_536;

    private static final int LANES = 16;
    private static final int MAX_BATCH = 256;
    private static final long RETRY_MS = 500;
    private static final Logger log = LoggerFactory.getLogger(InMemoryEventLog.class);

    /** The events of some keys that a group has not taken. */
    private static final class Lane {
        private final Queue<Event> events = new ArrayDeque<>();

        /** Held by the reading that is served. */
        private final ReentrantLock served = new ReentrantLock();

        synchronized void add(Event event) {
            events.add(event);
            notifyAll();
        }

        /** @return the oldest, which stay until they are taken */
        synchronized List<Event> next() throws InterruptedException {
            while (events.isEmpty()) {
                wait();
            }
            if (Thread.interrupted()) {
                throw new InterruptedException(); // which a wait that is notified as well does not say
            }
            return events.stream().limit(MAX_BATCH).toList();
        }

        synchronized void onTaken(int count) {
            for (int i = 0; i < count; i++) {
                events.remove();
            }
        }
    }

    private static final class Group {
        private final List<Lane> lanes = new ArrayList<>();
        private final AtomicInteger kept = new AtomicInteger();

        Group() {
            for (int i = 0; i < LANES; i++) {
                lanes.add(new Lane());
            }
        }

        void add(Event event) {
            kept.incrementAndGet();
            lanes.get(Math.floorMod(event.key().hashCode(), LANES)).add(event);
        }
    }

    private final Map<String, Group> groups = new ConcurrentHashMap<>();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final LogThrottle failures = new LogThrottle();
    private final int maxEvents;

    public InMemoryEventLog() {
        this(MAX_EVENTS);
    }

    /** @param maxEvents that a group may be behind */
    InMemoryEventLog(int maxEvents) {
        this.maxEvents = maxEvents;
    }

    @Override
    public synchronized CompletionStage<Void> append(Event event) {
        for (Group group : groups.values()) {
            if (group.kept.get() >= maxEvents) {
                return CompletableFuture.failedFuture(new ApiError(
                        ErrorCode.RESOURCE_EXHAUSTED,
                        "a reader is " + maxEvents + " events behind",
                        ApiError.Fault.US));
            }
        }
        groups.values().forEach(group -> group.add(event));
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public AutoCloseable read(String group, Reader reader) {
        Group read = groups.computeIfAbsent(group, name -> new Group());
        List<Thread> started = read.lanes.stream()
                .map(lane -> Thread.ofVirtual().name("events-" + group).start(() -> serve(read, lane, reader)))
                .toList();
        threads.addAll(started);
        return () -> started.forEach(Thread::interrupt);
    }

    private void serve(Group group, Lane lane, Reader reader) {
        try {
            lane.served.lockInterruptibly();
            try {
                while (true) {
                    List<Event> batch = lane.next();
                    if (isTaken(reader, batch)) {
                        lane.onTaken(batch.size());
                        group.kept.addAndGet(-batch.size());
                    } else {
                        Thread.sleep(RETRY_MS);
                    }
                }
            } finally {
                lane.served.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        } finally {
            threads.remove(Thread.currentThread());
        }
    }

    private boolean isTaken(Reader reader, List<Event> batch) throws InterruptedException {
        Throwable failure;
        try {
            reader.onEvents(batch).toCompletableFuture().get();
            return true;
        } catch (ExecutionException e) {
            failure = e.getCause();
        } catch (RuntimeException | Error e) {
            failure = e;
        }
        if (failures.tryPass()) {
            log.atWarn().setCause(failure).log("events were not taken and are handed on again");
        }
        return false;
    }

    /** Ends all reading; what was not taken is gone. */
    @Override
    public void close() {
        threads.forEach(Thread::interrupt);
    }
}
