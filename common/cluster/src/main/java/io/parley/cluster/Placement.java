// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.NodeId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Which node gets a new room. Nodes that drain or don't answer get none. Of the others those come first that are neither full
 * nor busy, then those of the nearest region; of these the {@link NodeSelector} takes one. Safe for any threads.
 */
public final class Placement {
    /** That a refusal names. */
    private static final int MAX_NAMED = 8;

    private final String region;
    private final NodeSelector selector;
    private final RandomGenerator random;

    /** Rooms given to a node since the announcement that is known of it: they don't show in its load yet. */
    private final Map<NodeId, Pending> pending = new HashMap<>();

    private record Pending(NodeRecord announcement, int rooms) {}

    /** @param region where rooms are wanted, or "" */
    public Placement(String region, NodeSelector selector, RandomGenerator random) {
        this.region = region;
        this.selector = selector;
        this.random = random;
    }

    /**
     * @param suspects nodes that are known not to answer
     * @throws ApiError UNAVAILABLE if there is none, which says of each node why
     */
    public synchronized NodeId choose(List<NodeRecord> nodes, Set<NodeId> suspects) {
        List<NodeRecord> willing = new ArrayList<>(nodes);
        willing.removeIf(node -> node.isDraining() || suspects.contains(node.id()));
        if (willing.isEmpty()) {
            throw nobody(nodes);
        }
        keepLowest(willing, node -> selector.burden(node) == null ? 0 : 1);
        keepLowest(willing, node -> selector.distanceKm(region, node.region()));
        Collections.shuffle(willing, random);
        NodeRecord chosen = (selector.algorithm() == NodeSelector.Algorithm.LOWEST
                        ? willing
                        : willing.subList(0, Math.min(2, willing.size())))
                .stream()
                        .min(Comparator.comparingDouble(node -> selector.cost(node, pendingRooms(node))))
                        .orElseThrow();
        pending.put(chosen.id(), new Pending(chosen, pendingRooms(chosen) + 1));
        pending.keySet()
                .removeIf(id -> nodes.stream().noneMatch(node -> node.id().equals(id)));
        return chosen.id();
    }

    private static void keepLowest(List<NodeRecord> nodes, ToDoubleFunction<NodeRecord> of) {
        double lowest = nodes.stream().mapToDouble(of).min().orElseThrow();
        nodes.removeIf(node -> of.applyAsDouble(node) > lowest);
    }

    private ApiError nobody(List<NodeRecord> nodes) {
        String why = nodes.stream()
                .limit(MAX_NAMED)
                .map(node -> node.id() + " " + (node.isDraining() ? "drains" : "does not answer"))
                .collect(Collectors.joining(", "));
        String more = nodes.size() > MAX_NAMED ? " and so on for " + nodes.size() : "";
        return new ApiError(
                ErrorCode.UNAVAILABLE,
                "no node is ready: " + (nodes.isEmpty() ? "none has announced itself" : why + more),
                ApiError.Fault.US);
    }

    private int pendingRooms(NodeRecord node) {
        Pending known = pending.get(node.id());
        return known != null && known.announcement().equals(node) ? known.rooms() : 0;
    }
}
