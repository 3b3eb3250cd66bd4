// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.memory;

import io.parley.api.id.NodeId;
import io.parley.api.id.RoomName;
import io.parley.api.room.RoomRecord;
import io.parley.cluster.Directory;
import io.parley.cluster.NodeRecord;
import io.parley.cluster.RoomClaim;
import io.parley.cluster.RoomPlace;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import livekit.LivekitModels.Room;
import org.jspecify.annotations.Nullable;

/** A directory that lives and dies with its process. Safe for any threads. */
public final class InMemoryDirectory implements Directory {
    private record Node(NodeRecord record, long leaseEndsAtMs) {}

    /**
     * @param voidAtMs until when the node has to confirm the claim; {@link #CONFIRMED} once it has, {@link #VOID} if it
     *     was given up
     * @param record of the last confirmed claim on the room, or null
     */
    private record Entry(
            RoomClaim claim, long voidAtMs, @Nullable RoomRecord record) {
        boolean isConfirmed() {
            return voidAtMs == CONFIRMED;
        }

        boolean isVoid(long nowMs) {
            return voidAtMs <= nowMs;
        }

        /** As one whose time is over. */
        Entry asVoid() {
            return new Entry(claim, VOID, record);
        }
    }

    private record Gone(RoomClaim claim, long untilMs) {}

    private static final long CONFIRMED = Long.MAX_VALUE;
    private static final long VOID = 0;

    private final LongSupplier wallMs;
    private final Map<NodeId, Node> nodes = new HashMap<>();
    private final Map<RoomName, Entry> rooms = new LinkedHashMap<>();
    private final Map<RoomName, Gone> gone = new HashMap<>();
    private long lastEpoch;

    /** @param wallMs milliseconds since 1970 */
    public InMemoryDirectory(LongSupplier wallMs) {
        this.wallMs = wallMs;
    }

    private synchronized <T> CompletionStage<T> atomically(Supplier<T> operation) {
        return CompletableFuture.completedFuture(operation.get());
    }

    @Override
    public CompletionStage<Boolean> announce(NodeRecord node, Duration lease) {
        return atomically(() -> {
            long nowMs = wallMs.getAsLong();
            nodes.values().removeIf(known -> known.leaseEndsAtMs() + NODE_MEMORY.toMillis() <= nowMs);
            boolean wasUnknown = nodes.put(node.id(), new Node(node, nowMs + lease.toMillis())) == null;
            gone.values().removeIf(room -> room.untilMs() <= nowMs);
            return wasUnknown;
        });
    }

    @Override
    public CompletionStage<Void> withdraw(NodeId node) {
        return atomically(() -> nodes.remove(node)).thenAccept(removed -> {});
    }

    @Override
    public CompletionStage<List<NodeRecord>> nodes() {
        return atomically(() -> nodes.values().stream()
                .map(Node::record)
                .filter(node -> isLeased(node.id()))
                .toList());
    }

    @Override
    public CompletionStage<RoomPlace> claim(RoomName room, NodeId candidate) {
        return atomically(() -> {
            Entry entry = entry(room);
            return place(entry == null ? give(room, candidate, null) : entry);
        });
    }

    @Override
    public CompletionStage<RoomPlace> takeOver(RoomClaim lost, NodeId candidate) {
        return atomically(() -> {
            Entry entry = entry(lost.room());
            if (entry == null) {
                return place(give(lost.room(), candidate, null));
            }
            boolean isLost = entry.claim().equals(lost) && !isHosted(entry, Duration.ZERO);
            return place(isLost ? give(lost.room(), candidate, entry.record()) : entry);
        });
    }

    /** Of a room; null if there is none, or only a claim that nobody confirmed in time. */
    private @Nullable Entry entry(RoomName room) {
        Entry entry = rooms.get(room);
        return entry == null || isNothing(entry) ? null : entry;
    }

    private boolean isNothing(Entry entry) {
        return entry.record() == null && entry.isVoid(wallMs.getAsLong());
    }

    private Entry give(RoomName room, NodeId node, @Nullable RoomRecord record) {
        long nowMs = wallMs.getAsLong();
        lastEpoch = Math.max(lastEpoch + 1, nowMs);
        Entry entry = new Entry(new RoomClaim(room, node, lastEpoch), nowMs + CLAIM_TIMEOUT.toMillis(), record);
        rooms.put(room, entry);
        return entry;
    }

    @Override
    public CompletionStage<Optional<RoomPlace>> find(RoomName room) {
        return atomically(() -> Optional.ofNullable(entry(room)).map(this::place));
    }

    @Override
    public CompletionStage<Optional<RoomPlace>> findGone(RoomName room) {
        return atomically(() -> Optional.ofNullable(gone.get(room))
                .filter(known -> known.untilMs() > wallMs.getAsLong())
                .map(known -> place(new Entry(known.claim(), CONFIRMED, null))));
    }

    @Override
    public CompletionStage<Boolean> put(RoomClaim claim, RoomRecord room) {
        return atomically(() -> enter(new Entry(claim, CONFIRMED, room)));
    }

    /** @return false if another claim holds */
    private boolean enter(Entry entry) {
        Entry known = entry(entry.claim().room());
        boolean holds = known == null
                || known.claim().equals(entry.claim())
                || known.claim().epoch() < entry.claim().epoch();
        if (holds) {
            rooms.put(entry.claim().room(), entry);
        }
        return holds;
    }

    @Override
    public CompletionStage<Void> release(RoomClaim claim) {
        return atomically(() -> {
                    Entry entry = rooms.get(claim.room());
                    if (entry != null && entry.claim().equals(claim)) {
                        rooms.remove(claim.room());
                        gone.put(claim.room(), new Gone(claim, wallMs.getAsLong() + GONE_MEMORY.toMillis()));
                    }
                    return claim;
                })
                .thenAccept(removed -> {});
    }

    @Override
    public CompletionStage<Void> handOver(RoomClaim claim, RoomRecord room) {
        return atomically(() -> enter(new Entry(claim, VOID, room))).thenAccept(holds -> {});
    }

    @Override
    public CompletionStage<Void> revoke(RoomClaim claim) {
        return atomically(() -> {
                    Entry entry = rooms.get(claim.room());
                    if (entry == null || !entry.claim().equals(claim) || entry.isConfirmed()) {
                        return null;
                    }
                    return entry.record() == null
                            ? rooms.remove(claim.room())
                            : rooms.put(claim.room(), entry.asVoid());
                })
                .thenAccept(removed -> {});
    }

    @Override
    public CompletionStage<List<Room>> rooms(Collection<String> names) {
        return atomically(() -> rooms.values().stream()
                .map(Entry::record)
                .filter(Objects::nonNull)
                .map(RoomRecord::room)
                .filter(room -> names.isEmpty() || names.contains(room.getName()))
                .toList());
    }

    @Override
    public CompletionStage<List<RoomClaim>> lost(Duration silence) {
        return atomically(() -> {
            rooms.values().removeIf(this::isNothing);
            return rooms.values().stream()
                    .filter(entry -> entry.record() != null && !isHosted(entry, silence))
                    .map(Entry::claim)
                    .toList();
        });
    }

    /** Whether its node has it, or has time yet to confirm that. */
    private boolean isHosted(Entry entry, Duration silence) {
        return entry.isConfirmed() ? isLeased(entry.claim().node(), silence) : !entry.isVoid(wallMs.getAsLong());
    }

    private boolean isLeased(NodeId id) {
        return isLeased(id, Duration.ZERO);
    }

    /** @param silence for which it was a little while ago */
    private boolean isLeased(NodeId id, Duration silence) {
        Node node = nodes.get(id);
        return node != null && node.leaseEndsAtMs() + silence.toMillis() > wallMs.getAsLong();
    }

    private RoomPlace place(Entry entry) {
        if (entry.isVoid(wallMs.getAsLong())) {
            return new RoomPlace(entry.claim(), null, false, true, null);
        }
        Node node = nodes.get(entry.claim().node());
        return new RoomPlace(
                entry.claim(),
                node == null ? null : node.record(),
                isLeased(entry.claim().node()),
                entry.isConfirmed(),
                entry.isConfirmed() ? null : entry.record());
    }
}
