// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook.send;

import com.google.gson.JsonObject;
import io.parley.cluster.webhook.Delivery;
import io.parley.cluster.webhook.DeliveryStore;
import io.parley.cluster.webhook.EndpointStatus;
import io.parley.cluster.webhook.Intake;
import io.parley.cluster.webhook.WebhookEndpoint;
import io.parley.cluster.webhook.WebhookTypes;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells an API key's other endpoints that one of them is switched off: those that include {@link WebhookTypes#ENDPOINT_OFF}, which LiveKit's
 * receivers don't know.
 */
final class OffNotice {
    private static final Logger log = LoggerFactory.getLogger(OffNotice.class);

    private final DeliveryStore store;

    OffNotice(DeliveryStore store) {
        this.store = store;
    }

    void tell(WebhookEndpoint off, String reason, long nowMs) {
        JsonObject about = new JsonObject();
        about.addProperty("id", off.id());
        about.addProperty("host", URI.create(off.url()).getRawAuthority()); // what is behind it may be a secret
        about.addProperty("reason", reason);
        String id = "EV_off_" + off.id().substring(off.id().indexOf('_') + 1) + "_" + nowMs;
        JsonObject body = new JsonObject();
        body.addProperty("event", WebhookTypes.ENDPOINT_OFF);
        body.addProperty("id", id);
        body.addProperty("createdAt", Long.toString(nowMs / 1_000));
        body.add("endpoint", about);
        CompletionStage<?> enqueued = store.endpoints().thenCompose(statuses -> {
            List<Delivery> deliveries = statuses.stream()
                    .filter(EndpointStatus::isOn)
                    .map(EndpointStatus::endpoint)
                    .filter(other -> other.apiKey().equals(off.apiKey())
                            && !other.id().equals(off.id())
                            && other.filter().accepts(WebhookTypes.ENDPOINT_OFF))
                    .map(other -> new Delivery(
                            other.id(),
                            id,
                            WebhookTypes.ENDPOINT_OFF,
                            off.id(),
                            0,
                            0,
                            nowMs,
                            body.toString(),
                            nowMs,
                            0,
                            List.of()))
                    .toList();
            return store.enqueue(Intake.of(off.id(), deliveries));
        });
        enqueued.whenComplete((done, error) -> {
            if (error != null) {
                log.atWarn()
                        .addKeyValue("endpoint", off.id())
                        .addKeyValue("cause", error)
                        .log("the other endpoints are not told that one of webhooks is switched off");
            }
        });
    }
}
