// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/** Whether webhooks are on their way: their store answers. */
final class WebhookHealth extends AbstractHealthIndicator {
    private final WebhookDispatcher dispatcher;

    WebhookHealth(WebhookDispatcher dispatcher) {
        this.dispatcher = dispatcher;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        if (dispatcher.isWell()) {
            health.up();
        } else {
            health.outOfService();
        }
    }
}
