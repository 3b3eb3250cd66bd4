// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import io.parley.api.id.NodeId;
import io.parley.api.id.RoomName;
import io.parley.cluster.Directory;
import io.parley.cluster.RoomClaim;
import io.parley.engine.message.RoomView;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's rooms as readers see them, and their way into the directory: one write of a room at a time, of its latest
 * view. Loops publish; the writes are made on other threads, and what changes during one goes with the next.
 */
final class RoomRegistrar {
    private static final Logger log = LoggerFactory.getLogger(RoomRegistrar.class);

    /** Hears that another node holds a room. */
    interface Loss {
        void onLost(RoomName room, long epoch);
    }

    private final NodeId node;
    private final Directory directory;
    private final Executor executor;
    private final Loss loss;
    private volatile Runnable onCount = () -> {};
    private final Map<RoomName, RoomView> views = new ConcurrentHashMap<>();
    private final Map<RoomName, Entry> entries = new ConcurrentHashMap<>();

    /** A room that has to be written, or is being written. Guarded by itself. */
    private static final class Entry {
        /** Null for a room that is over. */
        @Nullable
        RoomView view;

        long epoch;

        /** Completes with the write that takes the present view. */
        CompletableFuture<Void> next = new CompletableFuture<>();

        boolean isDirty;
        boolean isWriting;
    }

    RoomRegistrar(NodeId node, Directory directory, Executor executor, Loss loss) {
        this.node = node;
        this.directory = directory;
        this.executor = executor;
        this.loss = loss;
    }

    /** Runs, at once on the loop, whenever the number of rooms changes. */
    void onCount(Runnable listener) {
        onCount = listener;
    }

    @Nullable
    RoomView view(RoomName room) {
        return views.get(room);
    }

    Collection<RoomView> views() {
        return views.values();
    }

    /** From the loop of the room's home. */
    void publish(RoomName room, RoomView view) {
        if (views.put(room, view) == null) {
            onCount.run();
        }
        change(room, view, view.epoch());
    }

    /** From the loop of the room's home. */
    void withdraw(RoomName room, long epoch) {
        views.remove(room);
        onCount.run();
        change(room, null, epoch);
    }

    /** Writes again what could not be written. */
    void retry() {
        entries.forEach((room, entry) -> {
            synchronized (entry) {
                if (entry.isDirty && !entry.isWriting) {
                    entry.isWriting = true;
                    executor.execute(() -> write(room, entry));
                }
            }
        });
    }

    /** Enters everything anew. */
    void putAll() {
        views.forEach((room, view) -> change(room, view, view.epoch()));
    }

    /** Completes once the directory has the room as it is now; fails if it can't be reached. */
    CompletionStage<Void> written(RoomName room) {
        Entry entry = entries.get(room);
        if (entry == null) {
            return CompletableFuture.completedFuture(null);
        }
        synchronized (entry) {
            return entry.next;
        }
    }

    private void change(RoomName room, @Nullable RoomView view, long epoch) {
        entries.compute(room, (name, known) -> {
            Entry entry = known == null ? new Entry() : known;
            synchronized (entry) {
                entry.view = view;
                entry.epoch = epoch;
                if (entry.isWriting && !entry.isDirty) {
                    entry.next = new CompletableFuture<>(); // the write under way has the view before
                }
                entry.isDirty = true;
                if (!entry.isWriting) {
                    entry.isWriting = true;
                    executor.execute(() -> write(room, entry));
                }
            }
            return entry;
        });
    }

    private void write(RoomName room, Entry entry) {
        RoomView view;
        RoomClaim claim;
        CompletableFuture<Void> done;
        synchronized (entry) {
            view = entry.view;
            claim = new RoomClaim(room, node, entry.epoch);
            done = entry.next;
            entry.isDirty = false;
        }
        CompletionStage<Boolean> written = view == null
                ? directory.release(claim).thenApply(released -> true)
                : directory.put(claim, view.record());
        written.whenComplete((holds, error) -> {
            if (error != null) {
                log.atDebug().addKeyValue("room", room).setCause(error).log("room not entered in the directory");
            } else if (!holds) {
                loss.onLost(room, claim.epoch());
            }
            finish(room, entry, done, error);
        });
    }

    private void finish(RoomName room, Entry entry, CompletableFuture<Void> done, @Nullable Throwable error) {
        entries.compute(room, (name, known) -> {
            synchronized (entry) {
                if (error != null && !entry.isDirty) {
                    entry.isDirty = true;
                    entry.isWriting = false;
                    entry.next = new CompletableFuture<>();
                    return known; // until the next retry
                }
                if (entry.isDirty) {
                    executor.execute(() -> write(room, entry));
                    return known;
                }
                entry.isWriting = false;
                return null;
            }
        });
        if (error == null) {
            done.complete(null);
        } else {
            done.completeExceptionally(error);
        }
    }
}
