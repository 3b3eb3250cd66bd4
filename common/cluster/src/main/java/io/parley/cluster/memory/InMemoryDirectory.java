// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.memory;

import io.parley.api.id.NodeId;
import io.parley.api.id.RoomName;
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

    /** @param info null until the node confirmed the claim, which it has until {@code voidAtMs} to do */
    private record Entry(
            RoomClaim claim, long voidAtMs, @Nullable Room info) {
        boolean isVoid(long nowMs) {
            return info == null && voidAtMs <= nowMs;
        }
    }

    private final LongSupplier wallMs;
    private final Map<NodeId, Node> nodes = new HashMap<>();
    private final Map<RoomName, Entry> rooms = new LinkedHashMap<>();
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
            rooms.values().removeIf(room -> room.isVoid(nowMs) || isForgotten(room));
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
            Entry entry = rooms.get(room);
            return place(entry == null || entry.isVoid(wallMs.getAsLong()) ? give(room, candidate) : entry);
        });
    }

    @Override
    public CompletionStage<RoomPlace> takeOver(RoomClaim lost, NodeId candidate) {
        return atomically(() -> {
            Entry entry = rooms.get(lost.room());
            boolean isLost = entry == null || (entry.claim().equals(lost) && !isLeased(lost.node()));
            return place(isLost ? give(lost.room(), candidate) : Objects.requireNonNull(entry));
        });
    }

    private Entry give(RoomName room, NodeId node) {
        long nowMs = wallMs.getAsLong();
        lastEpoch = Math.max(lastEpoch + 1, nowMs);
        Entry entry = new Entry(new RoomClaim(room, node, lastEpoch), nowMs + CLAIM_TIMEOUT.toMillis(), null);
        rooms.put(room, entry);
        return entry;
    }

    @Override
    public CompletionStage<Optional<RoomPlace>> find(RoomName room) {
        return atomically(() -> Optional.ofNullable(rooms.get(room))
                .filter(entry -> !entry.isVoid(wallMs.getAsLong()))
                .map(this::place));
    }

    @Override
    public CompletionStage<Boolean> put(RoomClaim claim, Room room) {
        return atomically(() -> {
            Entry entry = rooms.get(claim.room());
            boolean holds = entry == null
                    || entry.claim().equals(claim)
                    || entry.claim().epoch() < claim.epoch();
            if (holds) {
                rooms.put(claim.room(), new Entry(claim, 0, room));
            }
            return holds;
        });
    }

    @Override
    public CompletionStage<Void> release(RoomClaim claim) {
        return atomically(() -> {
                    Entry entry = rooms.get(claim.room());
                    return entry != null && entry.claim().equals(claim) ? rooms.remove(claim.room()) : null;
                })
                .thenAccept(removed -> {});
    }

    @Override
    public CompletionStage<Void> revoke(RoomClaim claim) {
        return atomically(() -> {
                    Entry entry = rooms.get(claim.room());
                    boolean isUnconfirmed = entry != null && entry.claim().equals(claim) && entry.info() == null;
                    return isUnconfirmed ? rooms.remove(claim.room()) : null;
                })
                .thenAccept(removed -> {});
    }

    @Override
    public CompletionStage<List<Room>> rooms(Collection<String> names) {
        return atomically(() -> rooms.values().stream()
                .filter(entry -> isLeased(entry.claim().node()))
                .map(Entry::info)
                .filter(Objects::nonNull)
                .filter(room -> names.isEmpty() || names.contains(room.getName()))
                .toList());
    }

    private boolean isForgotten(Entry room) {
        return room.info() != null && !nodes.containsKey(room.claim().node());
    }

    private boolean isLeased(NodeId id) {
        Node node = nodes.get(id);
        return node != null && node.leaseEndsAtMs() > wallMs.getAsLong();
    }

    private RoomPlace place(Entry entry) {
        Node node = nodes.get(entry.claim().node());
        return new RoomPlace(
                entry.claim(),
                node == null ? null : node.record(),
                isLeased(entry.claim().node()),
                entry.info() != null);
    }
}
