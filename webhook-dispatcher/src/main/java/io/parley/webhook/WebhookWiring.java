// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook;

import io.micrometer.core.instrument.MeterRegistry;
import io.parley.cluster.EventLog;
import io.parley.cluster.webhook.DeliveryStore;
import io.parley.edge.security.ApiKeys;
import io.parley.webhook.WebhookDispatcher.Wakeups;
import io.parley.webhook.intake.EventIntake;
import io.parley.webhook.intake.RoomEndpoints;
import io.parley.webhook.send.DeliveryLoop;
import io.parley.webhook.send.Endpoints;
import io.parley.webhook.send.HttpWebhookSender;
import io.parley.webhook.send.WebhookMetrics;
import java.security.SecureRandom;
import java.util.List;
import java.util.UUID;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The parts of the dispatcher. Needs an {@link EventLog}, a {@link DeliveryStore}, {@link WebhookProperties} and {@link ApiKeys}. */
@Configuration(proxyBeanMethods = false)
public class WebhookWiring {
    @Bean
    HttpWebhookSender webhookSender(WebhookProperties properties, ApiKeys keys) {
        return new HttpWebhookSender(keys, properties.settings(), properties.networks(), System::currentTimeMillis);
    }

    @Bean(initMethod = "start")
    WebhookDispatcher webhookDispatcher(
            WebhookProperties properties,
            ApiKeys keys,
            EventLog events,
            DeliveryStore store,
            HttpWebhookSender sender,
            MeterRegistry meters) {
        Wakeups wakeups = new Wakeups();
        WebhookMetrics metrics = new WebhookMetrics(meters);
        Endpoints endpoints = new Endpoints(store, System::currentTimeMillis);
        EventIntake intake = new EventIntake(
                store, endpoints, System::currentTimeMillis, properties.fullRoom(), metrics, wakeups::wake);
        DeliveryLoop loop = new DeliveryLoop(
                UUID.randomUUID().toString(),
                store,
                endpoints,
                sender,
                new SecureRandom(),
                properties.settings(),
                System::currentTimeMillis,
                metrics,
                wakeups::wake);
        return new WebhookDispatcher(
                events,
                store,
                List.copyOf(properties.configured(keys)),
                intake,
                new RoomEndpoints(store, System::currentTimeMillis),
                loop,
                wakeups);
    }

    @Bean
    WebhookHealth webhookHealthIndicator(WebhookDispatcher dispatcher, EventLog events) {
        return new WebhookHealth(dispatcher, events);
    }
}
