// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.parley.cluster.EventLog;
import io.parley.cluster.memory.InMemoryEventLog;
import io.parley.edge.ServiceProcess;
import io.parley.testkit.RedisProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The service of its own as it starts, with a log in memory. */
class WebhookDispatcherProcessIT {
    @Configuration(proxyBeanMethods = false)
    static class Log {
        @Bean
        InMemoryEventLog eventLog() {
            return new InMemoryEventLog();
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
    void itTellsWhatHappensAndIsReadyWhileItsStoreAnswers() {
        RedisProcess redis = new RedisProcess();
        Receiver receiver = new Receiver();
        SpringApplication application =
                ServiceProcess.application(WebhookDispatcherProcess.class, "webhook-dispatcher");
        application.addPrimarySources(Set.of(Log.class));
        try (redis;
                receiver;
                ConfigurableApplicationContext context = application.run(
                        "--spring.profiles.active=dev",
                        "--server.port=0",
                        "--parley.cluster.redis-url=" + redis.url(),
                        "--parley.webhook.endpoints[0].url=" + receiver.url())) {
            int port = ((ReactiveWebServerApplicationContext) context)
                    .getWebServer()
                    .getPort();
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> get(port, "/readyz").statusCode() == 200);
            context.getBean(EventLog.class).append(new Events("demo", "RM_1", 7).roomStarted());
            await().until(() -> receiver.got.size() == 1);
            await().untilAsserted(() -> assertThat(get(port, "/metrics").body())
                    .contains(
                            "parley_webhook_attempts_total{outcome=\"delivered\"} 1.0", "parley_webhook_pending 0.0"));
            redis.close();
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> get(port, "/readyz").statusCode() == 503);
            assertThat(get(port, "/livez").statusCode()).isEqualTo(200);
        }
    }
}
