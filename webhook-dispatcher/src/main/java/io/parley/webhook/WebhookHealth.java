// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook;

import io.parley.cluster.EventLog;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/** Whether webhooks are on their way: events are read, and the store of deliveries answers. */
final class WebhookHealth extends AbstractHealthIndicator {
    private final WebhookDispatcher dispatcher;
    private final EventLog events;

    WebhookHealth(WebhookDispatcher dispatcher, EventLog events) {
        this.dispatcher = dispatcher;
        this.events = events;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        boolean isStoreWell = dispatcher.isWell();
        boolean isReading = events.isReading();
        (isStoreWell && isReading ? health.up() : health.outOfService())
                .withDetail("storeAnswers", isStoreWell)
                .withDetail("eventsAreRead", isReading);
    }
}
