// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import io.parley.api.id.NodeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * Which node gets a new room: of two drawn by lot, the one with fewer participants a core (announcements are a second
 * old, and the best of all would get everything within that second). Nodes that are full, or busy beyond a limit, count
 * only where all are; of the others those of the own region come first (LiveKit: the node selector
 * sysload with the algorithm twochoice). Safe for any threads.
 */
public final class Placement {
    private final String region;
    private final double cpuLoadLimit;
    private final RandomGenerator random;

    /** Rooms given to a node since the announcement that is known of it: they don't show in its load yet. */
    private final Map<NodeId, Pending> pending = new HashMap<>();

    private record Pending(NodeRecord announcement, int rooms) {}

    /**
     * @param region where rooms are wanted, or ""
     * @param cpuLoadLimit of a node's cores, 0 to 1: one that uses more comes last
     */
    public Placement(String region, double cpuLoadLimit, RandomGenerator random) {
        this.region = region;
        this.cpuLoadLimit = cpuLoadLimit;
        this.random = random;
    }

    /** @param excluded nodes that are known not to answer */
    public synchronized Optional<NodeId> choose(List<NodeRecord> nodes, Set<NodeId> excluded) {
        List<NodeRecord> willing = new ArrayList<>(nodes);
        willing.removeIf(node -> node.isDraining() || excluded.contains(node.id()));
        prefer(
                willing,
                node -> node.load().cpu() <= cpuLoadLimit && !node.load().isFull());
        prefer(willing, node -> node.region().equals(region));
        if (willing.isEmpty()) {
            return Optional.empty();
        }
        NodeRecord first = willing.remove(random.nextInt(willing.size()));
        NodeRecord chosen = first;
        if (!willing.isEmpty()) {
            NodeRecord second = willing.get(random.nextInt(willing.size()));
            chosen = load(second) < load(first) ? second : first;
        }
        pending.put(chosen.id(), new Pending(chosen, pendingRooms(chosen) + 1));
        pending.keySet()
                .removeIf(id -> nodes.stream().noneMatch(node -> node.id().equals(id)));
        return Optional.of(chosen.id());
    }

    private static void prefer(List<NodeRecord> nodes, Predicate<NodeRecord> quality) {
        if (nodes.stream().anyMatch(quality)) {
            nodes.removeIf(quality.negate());
        }
    }

    /** Participants a core. A room that is on its way there counts as one, an empty one as a tenth. */
    private double load(NodeRecord node) {
        double participants = node.load().participants() + 0.1 * node.load().rooms() + pendingRooms(node);
        return participants / Math.max(1, node.cores());
    }

    private int pendingRooms(NodeRecord node) {
        Pending known = pending.get(node.id());
        return known != null && known.announcement().equals(node) ? known.rooms() : 0;
    }
}
