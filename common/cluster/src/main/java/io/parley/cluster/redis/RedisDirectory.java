// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.redis;

import static io.parley.cluster.redis.RedisScripts.bytes;
import static io.parley.cluster.redis.RedisScripts.isOne;
import static io.parley.cluster.redis.RedisScripts.text;

import com.google.protobuf.InvalidProtocolBufferException;
import io.parley.api.id.NodeId;
import io.parley.api.id.RoomName;
import io.parley.api.room.RoomRecord;
import io.parley.cluster.Directory;
import io.parley.cluster.NodeRecord;
import io.parley.cluster.RoomClaim;
import io.parley.cluster.RoomPlace;
import io.parley.cluster.wire.RoomRecords;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import livekit.LivekitModels.Room;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.redis.connection.ReactiveRedisConnectionFactory;
import org.springframework.data.redis.core.script.RedisScript;

/**
 * The directory in Redis (5 or later): one Lua script an operation, under keys of one hash slot, by the clock of Redis. The
 * scripts lie beside this class's resources; {@code prelude.lua} says what the keys hold.
 */
public final class RedisDirectory implements Directory {
    private static final Logger log = LoggerFactory.getLogger(RedisDirectory.class);
    private static final List<String> KEYS = List.of(
            "{parley}:nodes",
            "{parley}:leases",
            "{parley}:rooms",
            "{parley}:records",
            "{parley}:epoch",
            "{parley}:sweep",
            "{parley}:since",
            "{parley}:gone:");

    /** That one search for lost ones looks at: a millisecond or two of Redis. */
    private static final int SEARCHED_ROOMS = 1_000;

    /** In which all nodes have announced themselves to a directory that forgot them, with their rooms. */
    private static final Duration SETTLING = Duration.ofSeconds(2);

    private static final Executor LATER = CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS);

    private static final RedisScript<Long> ANNOUNCE = RedisScripts.script("", "announce", Long.class);
    private static final RedisScript<Void> WITHDRAW = RedisScripts.script("", "withdraw", Void.class);
    private static final RedisScript<List<Object>> NODES = RedisScripts.listScript("", "nodes");
    private static final RedisScript<List<Object>> CLAIM = RedisScripts.listScript("", "claim");
    private static final RedisScript<List<Object>> TAKE_OVER = RedisScripts.listScript("", "take_over");
    private static final RedisScript<List<Object>> FIND = RedisScripts.listScript("", "find");
    private static final RedisScript<List<Object>> FIND_GONE = RedisScripts.listScript("", "find_gone");
    private static final RedisScript<Long> PUT = RedisScripts.script("", "put", Long.class);
    private static final RedisScript<Void> RELEASE = RedisScripts.script("", "release", Void.class);
    private static final RedisScript<Void> HAND_OVER = RedisScripts.script("", "hand_over", Void.class);
    private static final RedisScript<Void> REVOKE = RedisScripts.script("", "revoke", Void.class);
    private static final RedisScript<List<Object>> ROOMS = RedisScripts.listScript("", "rooms");
    private static final RedisScript<List<Object>> LOST = RedisScripts.listScript("", "lost");

    private final RedisScripts scripts;

    public RedisDirectory(ReactiveRedisConnectionFactory connections) {
        scripts = new RedisScripts(connections, KEYS, "directory", log);
    }

    private CompletionStage<List<Object>> run(RedisScript<?> script, byte[]... arguments) {
        return scripts.run(script, List.of(arguments));
    }

    @Override
    public CompletionStage<Boolean> announce(NodeRecord node, Duration lease) {
        return run(
                        ANNOUNCE,
                        bytes(node.id().value()),
                        NodeRows.encode(node),
                        bytes(lease.toMillis()),
                        bytes(NODE_MEMORY.toMillis()))
                .thenApply(results -> isOne(results.getFirst()));
    }

    @Override
    public CompletionStage<Void> withdraw(NodeId node) {
        return run(WITHDRAW, bytes(node.value())).thenAccept(results -> {});
    }

    @Override
    public CompletionStage<List<NodeRecord>> nodes() {
        return run(NODES).thenApply(rows -> {
            List<NodeRecord> nodes = new ArrayList<>();
            rows.forEach(row -> node(row).ifPresent(nodes::add));
            return nodes;
        });
    }

    /** Waits where the directory forgot everything, a moment ago, and rooms that are there may not be in it yet. */
    @Override
    public CompletionStage<RoomPlace> claim(RoomName room, NodeId candidate) {
        return run(
                        CLAIM,
                        bytes(room.value()),
                        bytes(candidate.value()),
                        bytes(CLAIM_TIMEOUT.toMillis()),
                        bytes(SETTLING.toMillis()))
                .thenCompose(result -> result.isEmpty()
                        ? CompletableFuture.supplyAsync(() -> claim(room, candidate), LATER)
                                .thenCompose(Function.identity())
                        : CompletableFuture.completedFuture(place(room, result)));
    }

    @Override
    public CompletionStage<RoomPlace> takeOver(RoomClaim lost, NodeId candidate) {
        return run(
                        TAKE_OVER,
                        bytes(lost.room().value()),
                        bytes(lost.node().value()),
                        bytes(lost.epoch()),
                        bytes(candidate.value()),
                        bytes(CLAIM_TIMEOUT.toMillis()))
                .thenApply(result -> place(lost.room(), result));
    }

    @Override
    public CompletionStage<Optional<RoomPlace>> find(RoomName room) {
        return run(FIND, bytes(room.value()))
                .thenApply(result -> result.isEmpty() ? Optional.empty() : Optional.of(place(room, result)));
    }

    @Override
    public CompletionStage<Optional<RoomPlace>> findGone(RoomName room) {
        return run(FIND_GONE, bytes(room.value()))
                .thenApply(result -> result.isEmpty() ? Optional.empty() : Optional.of(place(room, result)));
    }

    @Override
    public CompletionStage<Boolean> put(RoomClaim claim, RoomRecord room) {
        return run(
                        PUT,
                        bytes(claim.room().value()),
                        bytes(claim.node().value()),
                        bytes(claim.epoch()),
                        RoomRecords.encode(room).toByteArray())
                .thenApply(results -> isOne(results.getFirst()));
    }

    @Override
    public CompletionStage<Void> release(RoomClaim claim) {
        return run(
                        RELEASE,
                        bytes(claim.room().value()),
                        bytes(claim.node().value()),
                        bytes(claim.epoch()),
                        bytes(GONE_MEMORY.toMillis()))
                .thenAccept(results -> {});
    }

    @Override
    public CompletionStage<Void> handOver(RoomClaim claim, RoomRecord room) {
        return run(
                        HAND_OVER,
                        bytes(claim.room().value()),
                        bytes(claim.node().value()),
                        bytes(claim.epoch()),
                        RoomRecords.encode(room).toByteArray())
                .thenAccept(results -> {});
    }

    @Override
    public CompletionStage<Void> revoke(RoomClaim claim) {
        return run(REVOKE, bytes(claim.room().value()), bytes(claim.node().value()), bytes(claim.epoch()))
                .thenAccept(results -> {});
    }

    @Override
    public CompletionStage<List<Room>> rooms(Collection<String> names) {
        return run(ROOMS, names.stream().map(RedisScripts::bytes).toArray(byte[][]::new))
                .thenApply(records -> {
                    List<Room> rooms = new ArrayList<>();
                    for (Object record : records) {
                        RoomRecord decoded = record(record);
                        if (decoded != null) {
                            rooms.add(decoded.room());
                        }
                    }
                    return rooms;
                });
    }

    @Override
    public CompletionStage<List<RoomClaim>> lost(Duration silence) {
        return run(LOST, bytes(silence.toMillis()), bytes(SEARCHED_ROOMS)).thenApply(values -> {
            List<RoomClaim> lost = new ArrayList<>();
            for (int i = 0; i < values.size(); i += 3) {
                lost.add(claim(new RoomName(text(values.get(i))), values.get(i + 1), values.get(i + 2)));
            }
            return lost;
        });
    }

    // ---- values ----

    private static RoomPlace place(RoomName room, List<Object> result) {
        return new RoomPlace(
                claim(room, result.get(0), result.get(1)),
                node(result.get(2)).orElse(null),
                isOne(result.get(3)),
                isOne(result.get(4)),
                record(result.get(5)));
    }

    private static RoomClaim claim(RoomName room, Object node, Object epoch) {
        return new RoomClaim(room, new NodeId(text(node)), Long.parseLong(text(epoch)));
    }

    /** Null for an empty one, and for one that can't be read. */
    private static @Nullable RoomRecord record(Object record) {
        byte[] bytes = (byte[]) record;
        if (bytes.length == 0) {
            return null;
        }
        try {
            return RoomRecords.decode(io.parley.cluster.v1.RoomRecord.parseFrom(bytes));
        } catch (InvalidProtocolBufferException e) {
            log.atWarn().log("a room in the directory can't be read");
            return null;
        }
    }

    /** Empty for an empty row, and for one that a later version wrote. */
    private static Optional<NodeRecord> node(Object row) {
        byte[] bytes = (byte[]) row;
        if (bytes.length == 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(NodeRows.decode(bytes));
        } catch (InvalidProtocolBufferException e) {
            log.atWarn().log("a node in the directory can't be read");
            return Optional.empty();
        }
    }
}
