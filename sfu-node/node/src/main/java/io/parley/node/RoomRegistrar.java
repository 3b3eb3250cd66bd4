// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.parley.api.id.NodeId;
import io.parley.api.id.RoomName;
import io.parley.cluster.Directory;
import io.parley.cluster.RoomClaim;
import io.parley.engine.message.RoomView;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
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

    private static final CompletionStage<Void> ALREADY = CompletableFuture.completedFuture(null);

    /** How long a claim under which a room was handed over is remembered: whoever comes under it then, comes late. */
    private static final Duration MEMORY = Duration.ofMinutes(1);

    private final NodeId node;
    private final Directory directory;
    private final Executor executor;
    private final Loss loss;
    private volatile Runnable onCount = () -> {};
    private final Map<RoomName, RoomView> views = new ConcurrentHashMap<>();
    private final Map<RoomName, Entry> entries = new ConcurrentHashMap<>();

    /** Rooms that are being handed over, or were lately, with the epochs of their claims. */
    private final Cache<RoomName, HandOver> handedOver =
            Caffeine.newBuilder().expireAfterWrite(MEMORY).build();

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

    /** @param done as {@link #handOver} returns it */
    private record HandOver(long epoch, CompletionStage<@Nullable Long> done) {}

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

    Set<RoomName> names() {
        return Set.copyOf(views.keySet());
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

    /**
     * The room goes to whoever takes it over next. Fails if the directory can't be reached; then the room stays.
     *
     * @return completes once nobody is led here any more, with the epoch under which the room may be closed; null if there
     *     is no such room
     */
    CompletionStage<@Nullable Long> handOver(RoomName room) {
        RoomView before = views.get(room);
        if (before == null) {
            return CompletableFuture.completedFuture(null);
        }
        HandOver known = handedOver.getIfPresent(room);
        if (known != null && known.epoch() == before.epoch()) {
            return known.done(); // to hand it over again, once it has gone from here, would release it
        }
        CompletableFuture<@Nullable Long> result = new CompletableFuture<>();
        // from now on it is not written: that would confirm the claim
        handedOver.put(room, new HandOver(before.epoch(), result));
        RoomClaim claim = new RoomClaim(room, node, before.epoch());
        written(room)
                .handle((written, unwritten) -> Objects.requireNonNullElse(views.get(room), before))
                .thenCompose(view -> directory.handOver(claim, view.record()))
                // it ended meanwhile: nobody shall go on with it
                .thenCompose(done -> views.containsKey(room) ? ALREADY : directory.release(claim))
                .whenComplete((done, error) -> {
                    if (error == null) {
                        result.complete(claim.epoch());
                    } else {
                        stay(claim);
                        result.completeExceptionally(error);
                    }
                });
        return result;
    }

    private void stay(RoomClaim claim) {
        handedOver.invalidate(claim.room());
        change(claim.room(), views.get(claim.room()), claim.epoch());
    }

    /** Whether the room is not this node's any more under that claim. */
    boolean isHandedOver(RoomName room, long epoch) {
        HandOver last = handedOver.getIfPresent(room);
        return last != null && epoch <= last.epoch();
    }

    /** Whether the room is there under that claim or a later one, and stays. */
    boolean hosts(RoomName room, long epoch) {
        RoomView view = views.get(room);
        return view != null && view.epoch() >= epoch && !isHandedOver(room, view.epoch());
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
        if (isHandedOver(room, epoch)) {
            return;
        }
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
        if (isHandedOver(room, claim.epoch())) {
            finish(room, entry, done, null);
            return;
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
