// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import com.google.protobuf.Message;
import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.NodeId;
import io.parley.api.id.RoomName;
import io.parley.api.room.RoomMethod;
import io.parley.api.room.RoomRecord;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import livekit.LivekitRoom.CreateRoomRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to a room: its node, found in the directory or chosen now, and known to answer. A node that does not answer
 * keeps its rooms until its lease has ended too; those who want in wait for that.
 */
public final class RoomRouter {
    /** LiveKit's signal_relay.retry_timeout. */
    static final Duration PATIENCE = Duration.ofMillis(7_500);

    private static final Duration RETRY_INTERVAL = Duration.ofMillis(100);

    /** How long a node that did not answer gets no new rooms. */
    private static final Duration SUSPICION = Duration.ofSeconds(2);

    /** A participant is not moved on more often while it does not hear of it. */
    private static final int MAX_MOVES = 8;

    private static final Duration FOLLOW_TIMEOUT = Duration.ofSeconds(2);

    private static final Logger log = LoggerFactory.getLogger(RoomRouter.class);

    private final Directory directory;
    private final NodeLinks links;
    private final Placement placement;

    /** Nodes that did not answer, with System.nanoTime of when that is forgotten. */
    private final Map<NodeId, Long> suspects = new ConcurrentHashMap<>();

    /**
     * A room's node, which answered a moment ago.
     *
     * @param inherited what a room that lost its node goes on with there, if it is not open yet
     */
    public record Route(RoomClaim claim, @Nullable RoomRecord inherited, NodeLink link) {
        /** Runs a method at the room's home. */
        public <Q extends Message, R extends Message> CompletionStage<R> call(
                RoomMethod<Q, R> method, Q request, String requestId) {
            return link.call(claim, inherited, method, request, requestId);
        }
    }

    public RoomRouter(Directory directory, NodeLinks links, Placement placement) {
        this.directory = directory;
        this.links = links;
        this.placement = placement;
    }

    /** The node of a room, chosen now if it has none. Fails with UNAVAILABLE where no node can be had. */
    public CompletionStage<Route> place(RoomName room) {
        return place(room, System.nanoTime() + PATIENCE.toNanos());
    }

    /**
     * The node of a room that is there, another one if it lost its own. Fails with UNAVAILABLE, by fault of the DESTINATION,
     * while its node does not answer and might still be there.
     */
    public CompletionStage<Optional<Route>> find(RoomName room) {
        return directory
                .find(room)
                .thenCompose(found -> found.map(this::reachIfThere)
                        .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty())));
    }

    /** The node that had a room which ended a moment ago; empty where nobody knows, or it does not answer. */
    public CompletionStage<Optional<Route>> findGone(RoomName room) {
        return directory
                .findGone(room)
                .thenCompose(found -> found.map(
                                place -> reach(place).thenApply(Optional::of).exceptionally(silent -> Optional.empty()))
                        .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty())));
    }

    /**
     * Where a participant is by now that was in a room, and may not have heard that it was moved. Empty if it was not, if the
     * room that it was moved to is gone, or if nobody can say.
     *
     * @param sid that it had in the room
     */
    public CompletionStage<Optional<MovedParticipant>> follow(RoomName room, String identity, String sid) {
        return follow(room, identity, sid, MAX_MOVES)
                .toCompletableFuture()
                .completeOnTimeout(Optional.empty(), FOLLOW_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(error -> Optional.empty());
    }

    private CompletionStage<Optional<MovedParticipant>> follow(RoomName room, String identity, String sid, int most) {
        if (most == 0 || sid.isEmpty()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return lastNode(room)
                .thenCompose(link -> link.isPresent()
                        ? link.get().findMoved(room, identity, sid)
                        : CompletableFuture.completedFuture(Optional.empty()))
                .thenCompose(moved -> moved.isPresent()
                        ? furthest(moved.get(), identity, most - 1)
                        : CompletableFuture.completedFuture(moved));
    }

    /** There, or where it was moved to from there. */
    private CompletionStage<Optional<MovedParticipant>> furthest(MovedParticipant moved, String identity, int most) {
        return follow(moved.room(), identity, moved.sid(), most)
                .thenCompose(further -> further.isPresent()
                        ? CompletableFuture.completedFuture(further)
                        : directory
                                .find(moved.room())
                                .thenApply(
                                        found -> found.filter(RoomPlace::exists).map(there -> moved)));
    }

    /** That has a room, or had it a moment ago, and answers. */
    private CompletionStage<Optional<NodeLink>> lastNode(RoomName room) {
        return directory
                .find(room)
                .thenCompose(found ->
                        found.isPresent() ? CompletableFuture.completedFuture(found) : directory.findGone(room))
                .thenCompose(found -> found.filter(RoomPlace::isLeased)
                        .map(place -> reach(place).thenApply(Route::link).thenApply(Optional::of))
                        .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty())));
    }

    private CompletionStage<Optional<Route>> reachIfThere(RoomPlace place) {
        return reach(place)
                .<CompletionStage<Optional<Route>>>handle((route, error) -> {
                    if (error == null) {
                        return CompletableFuture.completedFuture(Optional.of(route));
                    }
                    if (place.isRemembered()) {
                        return CompletableFuture.failedFuture(notThere());
                    }
                    if (place.isLeased()) {
                        return CompletableFuture.failedFuture(unanswered(ApiError.Fault.DESTINATION));
                    }
                    return place.exists()
                            ? takeOver(place.claim()).thenCompose(this::reach).thenApply(Optional::of)
                            : CompletableFuture.completedFuture(Optional.empty());
                })
                .thenCompose(Function.identity());
    }

    private static ApiError unanswered(ApiError.Fault fault) {
        return new ApiError(ErrorCode.UNAVAILABLE, "the room's node does not answer", fault);
    }

    private CompletionStage<Route> place(RoomName room, long deadlineNs) {
        return directory
                .find(room)
                .thenCompose(found -> found.isPresent() ? CompletableFuture.completedFuture(found.get()) : claim(room))
                .thenCompose(place -> reachOrReplace(place, deadlineNs));
    }

    private CompletionStage<RoomPlace> claim(RoomName room) {
        return choose().thenCompose(node -> directory.claim(room, node));
    }

    private CompletionStage<NodeId> choose() {
        return directory.nodes().thenApply(nodes -> {
            links.retain(nodes.stream().map(NodeRecord::id).collect(Collectors.toSet()));
            return placement.choose(nodes, suspects());
        });
    }

    private Set<NodeId> suspects() {
        long nowNs = System.nanoTime();
        suspects.values().removeIf(untilNs -> untilNs - nowNs < 0);
        return new HashSet<>(suspects.keySet());
    }

    private CompletionStage<Route> reachOrReplace(RoomPlace place, long deadlineNs) {
        return reach(place)
                .<CompletionStage<Route>>handle((route, error) ->
                        error == null ? CompletableFuture.completedFuture(route) : replace(place, deadlineNs))
                .thenCompose(Function.identity());
    }

    private CompletionStage<Route> reach(RoomPlace place) {
        NodeRecord node = place.node();
        if (node == null) {
            return CompletableFuture.failedFuture(new ApiError(ErrorCode.UNAVAILABLE, "node left", ApiError.Fault.US));
        }
        NodeLink link = links.to(node);
        Route route = new Route(place.claim(), place.inherited(), link);
        // A process that was stopped, or a host that is cut off, keeps its connection for seconds beyond its lease.
        CompletionStage<Route> answering = place.isLeased() && link.isConnected()
                ? CompletableFuture.completedFuture(route)
                : link.ping().thenApply(pong -> route);
        return place.isRemembered() ? answering.thenCompose(RoomRouter::ifHosted) : answering;
    }

    /**
     * The room may have ended there since, and be another node's now: who joined would open a second one of its name. If it
     * ends after this, the node has its claim yet, and may open it again.
     */
    private static CompletionStage<Route> ifHosted(Route route) {
        return route.link().hosts(route.claim()).thenApply(isHosted -> {
            if (!isHosted) {
                throw notThere();
            }
            return route;
        });
    }

    private static ApiError notThere() {
        return new ApiError(
                ErrorCode.UNAVAILABLE,
                "the directory can't be reached, and the room is not where it was",
                ApiError.Fault.US);
    }

    /** The room's node does not answer. */
    private CompletionStage<Route> replace(RoomPlace place, long deadlineNs) {
        RoomClaim claim = place.claim();
        if (place.isRemembered()) {
            return CompletableFuture.failedFuture(notThere());
        }
        suspects.put(claim.node(), System.nanoTime() + SUSPICION.toNanos());
        if (System.nanoTime() - deadlineNs > 0) {
            return CompletableFuture.failedFuture(unanswered(ApiError.Fault.US));
        }
        if (!place.isOpen()) {
            return directory.revoke(claim).thenCompose(done -> place(claim.room(), deadlineNs));
        }
        if (place.isLeased()) {
            return CompletableFuture.supplyAsync(
                            () -> place(claim.room(), deadlineNs),
                            CompletableFuture.delayedExecutor(RETRY_INTERVAL.toMillis(), TimeUnit.MILLISECONDS))
                    .thenCompose(Function.identity());
        }
        return takeOver(claim).thenCompose(taken -> reachOrReplace(taken, deadlineNs));
    }

    private CompletionStage<RoomPlace> takeOver(RoomClaim lost) {
        return choose().thenCompose(node -> directory.takeOver(lost, node)).thenApply(taken -> {
            if (!taken.claim().equals(lost)) {
                log.atWarn()
                        .addKeyValue("room", lost.room())
                        .addKeyValue("from", lost.node())
                        .addKeyValue("to", taken.claim().node())
                        .log("room taken over from a node that is gone");
            }
            return taken;
        });
    }

    /**
     * A room that lost its node goes to another, unless the node answers after all, or somebody was first. Without
     * participants, so that it ends by its timeouts if nobody comes back.
     */
    public CompletionStage<Void> rescue(RoomClaim lost) {
        return directory
                .find(lost.room())
                .thenCompose(found -> found.filter(place -> place.claim().equals(lost) && !place.isLeased())
                        .<CompletionStage<Void>>map(this::rescue)
                        .orElseGet(() -> CompletableFuture.completedFuture(null)));
    }

    private CompletionStage<Void> rescue(RoomPlace silent) {
        return reach(silent)
                .handle((route, error) -> error == null
                        ? CompletableFuture.<Void>completedFuture(null)
                        : takeOver(silent.claim()).thenCompose(this::open))
                .thenCompose(Function.identity());
    }

    /** A room that was taken over begins at its new node. */
    private CompletionStage<Void> open(RoomPlace taken) {
        if (taken.inherited() == null) {
            return CompletableFuture.completedFuture(null); // it has begun
        }
        CreateRoomRequest unchanged = CreateRoomRequest.newBuilder()
                .setName(taken.claim().room().value())
                .build();
        return reach(taken)
                .thenCompose(route -> route.call(RoomMethod.CREATE_ROOM, unchanged, ""))
                .thenAccept(room -> {});
    }
}
