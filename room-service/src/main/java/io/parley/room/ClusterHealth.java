// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room;

import io.parley.cluster.Directory;
import org.springframework.boot.health.contributor.AbstractReactiveHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import reactor.core.publisher.Mono;

/** Whether a room can be had: the directory answers, and some node is in it. */
final class ClusterHealth extends AbstractReactiveHealthIndicator {
    private final Directory directory;

    ClusterHealth(Directory directory) {
        this.directory = directory;
    }

    @Override
    protected Mono<Health> doHealthCheck(Health.Builder health) {
        return Mono.fromCompletionStage(directory::nodes)
                .map(nodes -> (nodes.isEmpty() ? health.outOfService() : health.up())
                        .withDetail("nodes", nodes.size())
                        .build());
    }
}
