// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.parley.cluster.kafka.KafkaEventReader;
import io.parley.cluster.kafka.KafkaSecurity;
import io.parley.cluster.kafka.KafkaSettings;
import io.parley.cluster.kafka.TopicSettings;
import io.parley.cluster.redis.RedisConnections;
import io.parley.cluster.redis.RedisDeliveryStore;
import io.parley.cluster.redis.RedisSettings;
import io.parley.cluster.webhook.DeliveryLimits;
import io.parley.cluster.webhook.DeliveryStore;
import io.parley.edge.ClusterProperties;
import io.parley.edge.KafkaProperties;
import io.parley.edge.ServiceProcess;
import io.parley.edge.http.HttpPort;
import io.parley.edge.http.ManagementPort;
import io.parley.edge.security.ApiKeys;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.security.autoconfigure.ReactiveUserDetailsServiceAutoConfiguration;
import org.springframework.boot.security.autoconfigure.actuate.web.reactive.ReactiveManagementWebSecurityAutoConfiguration;
import org.springframework.boot.security.autoconfigure.web.reactive.ReactiveWebSecurityAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * A webhook-dispatcher of its own: the parts of {@link WebhookWiring}, with a log and a store that its replicas share. Its
 * HTTP port is for health and metrics only, and has no secrets to guard.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration(
        exclude = {
            ReactiveUserDetailsServiceAutoConfiguration.class,
            ReactiveWebSecurityAutoConfiguration.class,
            ReactiveManagementWebSecurityAutoConfiguration.class
        })
@EnableConfigurationProperties(WebhookDispatcherProperties.class)
@Import(WebhookWiring.class)
public class WebhookDispatcherProcess {
    public static void main(String[] args) {
        ServiceProcess.run(WebhookDispatcherProcess.class, "webhook-dispatcher", args);
    }

    @Bean
    ApiKeys apiKeys(WebhookDispatcherProperties properties) {
        return ApiKeys.of(properties.keys(), properties.development());
    }

    @Bean
    WebhookProperties webhookProperties(WebhookDispatcherProperties properties) {
        return properties.webhook();
    }

    @Bean
    LettuceConnectionFactory redis(WebhookDispatcherProperties properties) {
        return RedisConnections.to(redisSettings(properties.cluster()));
    }

    /** Where the store is. */
    public static RedisSettings redisSettings(ClusterProperties cluster) {
        return new RedisSettings(
                cluster.redisUrl(),
                cluster.redisSentinel().username(),
                cluster.redisSentinel().password(),
                cluster.redisTls().ca(),
                cluster.redisTls().certificate(),
                cluster.redisTls().key());
    }

    /** Where the event log is. */
    public static KafkaSettings kafkaSettings(KafkaProperties kafka) {
        return new KafkaSettings(
                String.join(",", kafka.bootstrapServers()),
                new TopicSettings(
                        kafka.topic(), kafka.partitions(), kafka.replicationFactor(), kafka.minInsyncReplicas()),
                new KafkaSecurity(
                        kafka.tls().enabled(),
                        kafka.tls().ca(),
                        kafka.tls().certificate(),
                        kafka.tls().key(),
                        kafka.sasl().mechanism(),
                        kafka.sasl().username(),
                        kafka.sasl().password()),
                kafka.properties());
    }

    @Bean
    KafkaEventReader eventLog(WebhookDispatcherProperties properties, MeterRegistry meters) {
        KafkaProperties kafka = properties.kafka();
        if (kafka.bootstrapServers().isEmpty()) {
            throw new IllegalArgumentException(
                    "parley.kafka.bootstrap-servers is not set: without Kafka there is nothing to dispatch");
        }
        KafkaEventReader log = new KafkaEventReader(kafkaSettings(kafka));
        FunctionCounter.builder("parley.events.unreadable", log, KafkaEventReader::unreadable)
                .description("Records of the topic of events that were passed over: no events, or of another version")
                .register(meters);
        return log;
    }

    @Bean
    DeliveryStore deliveryStore(LettuceConnectionFactory redis) {
        return new RedisDeliveryStore(redis, DeliveryLimits.DEFAULT);
    }

    @Bean
    HttpPort httpPort(WebhookDispatcherProperties properties, MeterRegistry meters) {
        return ManagementPort.of(properties.management(), meters);
    }
}
