// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.agent;

import io.parley.api.agent.WorkerKind;
import io.parley.api.id.WorkerId;
import io.parley.cluster.WorkerPool;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The workers that are connected here. Owned by the {@link AgentHandler}. */
final class WorkerRegistry {
    /** LiveKit's agents.target_load: workers with more attract no jobs while there are others. */
    private static final double TARGET_LOAD = 0.7;

    private final RandomGenerator random;
    private final Map<WorkerId, Worker> workers = new LinkedHashMap<>();

    WorkerRegistry(RandomGenerator random) {
        this.random = random;
    }

    void add(Worker worker) {
        workers.put(worker.id, worker);
    }

    void remove(Worker worker) {
        workers.remove(worker.id);
    }

    @Nullable
    Worker get(WorkerId id) {
        return workers.get(id);
    }

    boolean isEmpty() {
        return workers.isEmpty();
    }

    Collection<Worker> all() {
        return workers.values();
    }

    List<WorkerPool> pools() {
        Map<WorkerKind, WorkerPool> pools = new LinkedHashMap<>();
        for (Worker worker : workers.values()) {
            boolean isAvailable = worker.isAvailable();
            WorkerPool own = new WorkerPool(
                    worker.kind, 1, isAvailable ? 1 : 0, isAvailable ? Math.max(0, TARGET_LOAD - worker.load()) : 0);
            pools.merge(worker.kind, own, WorkerRegistry::sum);
        }
        return List.copyOf(pools.values());
    }

    private static WorkerPool sum(WorkerPool one, WorkerPool other) {
        return new WorkerPool(
                one.kind(),
                one.workers() + other.workers(),
                one.available() + other.available(),
                one.affinity() + other.affinity());
    }

    /**
     * By lot, as much as each can take; null if there is none.
     *
     * @param kind of the job; one without a namespace goes to workers of any if there are none without
     * @param excluded who was asked already
     */
    @Nullable
    Worker choose(WorkerKind kind, Set<WorkerId> excluded) {
        Worker worker = choose(candidate -> candidate.kind.equals(kind), excluded);
        return worker == null && kind.namespace().isEmpty()
                ? choose(candidate -> candidate.kind.isAlike(kind), excluded)
                : worker;
    }

    private @Nullable Worker choose(Predicate<Worker> suits, Set<WorkerId> excluded) {
        List<Worker> candidates = workers.values().stream()
                .filter(suits)
                .filter(worker -> worker.isAvailable() && !excluded.contains(worker.id))
                .toList();
        double sum =
                candidates.stream().mapToDouble(worker -> 1 - worker.load()).sum();
        double drawn = random.nextDouble() * sum;
        for (Worker candidate : candidates) {
            drawn -= 1 - candidate.load();
            if (drawn < 0) {
                return candidate;
            }
        }
        return candidates.isEmpty() ? null : candidates.getLast(); // rounding
    }
}
