// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/** Whether rooms can come here: the directory heard of the node, it does not drain, and every shard answers. */
public final class NodeHealth extends AbstractHealthIndicator {
    private final SfuNode node;
    private final NodeAnnouncer announcer;

    public NodeHealth(SfuNode node, NodeAnnouncer announcer) {
        this.node = node;
        this.announcer = announcer;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        boolean isServing = node.isServing();
        (isServing && announcer.isAnnounced() && !node.isDraining() ? health.up() : health.outOfService())
                .withDetail("node", node.id().value())
                .withDetail("announced", announcer.isAnnounced())
                .withDetail("draining", node.isDraining())
                .withDetail("shardsAnswer", isServing);
    }
}
