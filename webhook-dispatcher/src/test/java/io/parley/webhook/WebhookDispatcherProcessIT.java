// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.parley.cluster.kafka.KafkaEventLog;
import io.parley.cluster.kafka.KafkaSecurity;
import io.parley.cluster.kafka.KafkaSettings;
import io.parley.cluster.kafka.SpoolSettings;
import io.parley.cluster.kafka.TopicSettings;
import io.parley.edge.ServiceProcess;
import io.parley.testkit.RedisProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;

/** The service of its own as it starts, between a real Kafka and a real Redis. */
class WebhookDispatcherProcessIT {
    /** Closes it, too. */
    private record Kafka(EmbeddedKafkaKraftBroker broker) implements AutoCloseable {
        static Kafka start() {
            EmbeddedKafkaKraftBroker broker = new EmbeddedKafkaKraftBroker(1, 1);
            broker.brokerProperties(Map.of(
                    "offsets.topic.num.partitions", "1",
                    "group.initial.rebalance.delay.ms", "0",
                    "broker.heartbeat.interval.ms", "500"));
            broker.afterPropertiesSet();
            return new Kafka(broker);
        }

        String address() {
            return broker.getBrokersAsString();
        }

        @Override
        public void close() {
            broker.destroy();
        }
    }

    private static HttpResponse<String> get(int port, String path) {
        try {
            return HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                    .build(),
                            BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void itTellsWhatHappensAndIsReadyWhileItsStoreAnswers(@TempDir Path spool) {
        Kafka kafka = Kafka.start();
        RedisProcess redis = new RedisProcess();
        Receiver receiver = new Receiver();
        SpringApplication application =
                ServiceProcess.application(WebhookDispatcherProcess.class, "webhook-dispatcher");
        try (kafka;
                KafkaEventLog node = new KafkaEventLog(
                        new KafkaSettings(
                                kafka.address(),
                                new TopicSettings("parley.events", 3, 0, 0),
                                KafkaSecurity.NONE,
                                Map.of()),
                        new SpoolSettings(spool, 10 << 20));
                redis;
                receiver;
                ConfigurableApplicationContext context = application.run(
                        "--spring.profiles.active=dev",
                        "--server.port=0",
                        "--parley.kafka.bootstrap-servers=" + kafka.address(),
                        "--parley.cluster.redis-url=" + redis.url(),
                        "--parley.webhook.endpoints[0].url=" + receiver.url())) {
            int port = ((ReactiveWebServerApplicationContext) context)
                    .getWebServer()
                    .getPort();
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> get(port, "/readyz").statusCode() == 200);
            node.append(new Events("demo", "RM_1", 7).roomStarted());
            await().atMost(Duration.ofSeconds(20)).until(() -> receiver.got.size() == 1);
            await().untilAsserted(() -> assertThat(get(port, "/metrics").body())
                    .contains(
                            "parley_webhook_attempts_total{outcome=\"delivered\"} 1.0",
                            "parley_webhook_pending 0.0",
                            "parley_events_unreadable_total 0.0"));
            redis.close();
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> get(port, "/readyz").statusCode() == 503);
            assertThat(get(port, "/livez").statusCode()).isEqualTo(200);
        }
    }
}
