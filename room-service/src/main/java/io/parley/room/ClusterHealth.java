// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room;

import io.parley.cluster.Directory;
import io.parley.cluster.NodeLinks;
import io.parley.cluster.NodeRecord;
import org.springframework.boot.health.contributor.AbstractReactiveHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Whether a room can be had: the directory answers, and some node that is in it does. */
final class ClusterHealth extends AbstractReactiveHealthIndicator {
    private final Directory directory;
    private final NodeLinks links;

    ClusterHealth(Directory directory, NodeLinks links) {
        this.directory = directory;
        this.links = links;
    }

    @Override
    protected Mono<Health> doHealthCheck(Health.Builder health) {
        return Mono.fromCompletionStage(directory::nodes)
                .flatMap(nodes -> Flux.fromIterable(nodes)
                        .filterWhen(this::answers)
                        .count()
                        .map(answering -> (answering == 0 ? health.outOfService() : health.up())
                                .withDetail("nodes", nodes.size())
                                .withDetail("answering", answering)
                                .build()));
    }

    private Mono<Boolean> answers(NodeRecord node) {
        return Mono.fromCompletionStage(() -> links.to(node).ping())
                .thenReturn(true)
                .onErrorReturn(false);
    }
}
