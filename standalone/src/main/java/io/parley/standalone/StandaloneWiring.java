// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone;

import io.parley.cluster.Directory;
import io.parley.cluster.EventLog;
import io.parley.cluster.NodeLinks;
import io.parley.cluster.NodeSelector;
import io.parley.cluster.memory.InMemoryDeliveryStore;
import io.parley.cluster.memory.InMemoryDirectory;
import io.parley.cluster.memory.InMemoryEventLog;
import io.parley.cluster.memory.InMemoryNodeLinks;
import io.parley.cluster.webhook.DeliveryLimits;
import io.parley.cluster.webhook.DeliveryStore;
import io.parley.edge.LimitProperties;
import io.parley.edge.http.HttpProperties;
import io.parley.edge.http.ManagementProperties;
import io.parley.edge.security.ApiKeys;
import io.parley.node.DebugServer;
import io.parley.node.EventMetrics;
import io.parley.node.NodeAnnouncer;
import io.parley.node.NodeHealth;
import io.parley.node.NodeLimits;
import io.parley.node.NodeMetrics;
import io.parley.node.SfuNode;
import io.parley.room.RoomConfigurationProperties;
import io.parley.room.RoomServiceWiring;
import io.parley.room.RoomSettings;
import io.parley.webhook.WebhookProperties;
import io.parley.webhook.WebhookWiring;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.security.autoconfigure.ReactiveUserDetailsServiceAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The parts of the standalone process. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration(exclude = ReactiveUserDetailsServiceAutoConfiguration.class)
@EnableConfigurationProperties(ParleyProperties.class)
@Import({RoomServiceWiring.class, WebhookWiring.class})
public class StandaloneWiring {
    @Bean
    ApiKeys apiKeys(ParleyProperties properties) {
        return ApiKeys.of(properties.keys(), properties.development());
    }

    @Bean
    Directory directory() {
        return new InMemoryDirectory(System::currentTimeMillis);
    }

    @Bean
    EventLog eventLog() {
        return new InMemoryEventLog();
    }

    @Bean
    DeliveryStore deliveryStore() {
        return new InMemoryDeliveryStore(System::currentTimeMillis, DeliveryLimits.DEFAULT);
    }

    @Bean
    WebhookProperties webhookProperties(ParleyProperties properties) {
        return properties.webhook();
    }

    @Bean
    SfuNode sfuNode(ParleyProperties properties, Directory directory, EventLog eventLog) {
        SfuNode node = new SfuNode(
                properties
                        .rtc()
                        .settings(
                                properties.room().defaults(),
                                NodeLimits.of(properties.limit(), 0),
                                properties.region()),
                directory,
                eventLog);
        node.start();
        return node;
    }

    @Bean
    NodeAnnouncer nodeAnnouncer(SfuNode node, Directory directory) {
        return new NodeAnnouncer(node, directory, "");
    }

    /** Closed before everything else. */
    @Bean
    RoomsEnd roomsEnd(SfuNode node, NodeAnnouncer announcer) {
        return new RoomsEnd(node);
    }

    @Bean
    EventMetrics eventMetrics(SfuNode node, EventLog eventLog) {
        return new EventMetrics(node, eventLog);
    }

    @Bean
    NodeMetrics nodeMetrics(SfuNode node, PrometheusRegistry prometheus) {
        return new NodeMetrics(node, prometheus);
    }

    @Bean
    NodeLinks nodeLinks(SfuNode node) {
        InMemoryNodeLinks links = new InMemoryNodeLinks();
        links.register(node.id(), node);
        return links;
    }

    @Bean
    RoomSettings roomSettings(ParleyProperties properties) {
        return new RoomSettings(
                properties.room().autoCreate(),
                properties.room().enableRemoteUnmute(),
                properties.room().maxPublishConnections(),
                RoomConfigurationProperties.presets(properties.room().roomConfigurations(), properties.limit()),
                properties.region(),
                NodeSelector.DEFAULT); // all rooms are on the one node there is
    }

    @Bean
    LimitProperties limitProperties(ParleyProperties properties) {
        return properties.limit();
    }

    @Bean
    HttpProperties httpProperties(ParleyProperties properties) {
        return properties.http();
    }

    @Bean
    ManagementProperties managementProperties(ParleyProperties properties) {
        return properties.management();
    }

    @Bean
    NodeHealth nodeHealthIndicator(SfuNode node, NodeAnnouncer announcer) {
        return new NodeHealth(node, announcer);
    }

    /** Absent where no port is configured. */
    @Bean
    @ConditionalOnExpression("${parley.rtc.debug-port} != 0")
    DebugServer debugServer(ParleyProperties properties, SfuNode node) {
        return new DebugServer(properties.rtc().debugPort(), node);
    }

    @Bean
    StartupBanner startupBanner(ParleyProperties properties, ApiKeys keys, SfuNode node) {
        return new StartupBanner(properties, keys, node);
    }
}
