// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.parley.api.event.Event;
import io.parley.cluster.EventLog;
import io.parley.cluster.memory.InMemoryDeliveryStore;
import io.parley.cluster.webhook.Delivery;
import io.parley.cluster.webhook.DeliveryLimits;
import io.parley.cluster.webhook.DeliveryStore;
import io.parley.edge.security.ApiKeys;
import io.parley.webhook.send.HttpWebhookSender;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The thread that does both halves. */
class WebhookDispatcherTest {
    private static final ApiKeys KEYS = new ApiKeys(Map.of("APIkey", "a-secret-of-thirty-two-characters-or-more"));

    private static final Delivery DELIVERY = new Delivery("WE_none", "EV_1", "t", "demo", 1, 1, 1, "", 1, 0, List.of());

    private final DeliveryStore memory = new InMemoryDeliveryStore(System::currentTimeMillis, DeliveryLimits.DEFAULT);
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CompletableFuture<List<DeliveryStore.Claim>> claims = new CompletableFuture<>();
    private volatile boolean isSlow;

    /** Leaving it waits, as leaving Kafka does. */
    private static final class Log implements EventLog {
        final CompletableFuture<Boolean> leftInterrupted = new CompletableFuture<>();
        final CountDownLatch left = new CountDownLatch(1);

        @Override
        public CompletionStage<Void> append(Event event) {
            throw new IllegalStateException("nothing happens");
        }

        @Override
        public AutoCloseable read(String group, Reader reader) {
            return () -> {
                leftInterrupted.complete(Thread.currentThread().isInterrupted());
                left.await();
            };
        }
    }

    private WebhookDispatcher dispatcher(EventLog log, HttpWebhookSender sender, WebhookProperties properties) {
        DeliveryStore slow = (DeliveryStore) Proxy.newProxyInstance(
                DeliveryStore.class.getClassLoader(),
                new Class<?>[] {DeliveryStore.class},
                (proxy, method, arguments) -> {
                    if (isSlow && method.getName().equals("claim")) {
                        asked.countDown();
                        return claims;
                    }
                    return method.invoke(memory, arguments);
                });
        return new WebhookWiring().webhookDispatcher(properties, KEYS, log, slow, sender, new SimpleMeterRegistry());
    }

    /**
     * It was interrupted, which a call of the store leaves for later, and so it left the log without waiting until what was
     * taken is committed: that came again. At shutdowns of a busy dispatcher.
     */
    @Test
    void closingLeavesTheLogInPeaceAndWaitsForThat() throws Exception {
        WebhookProperties properties = new WebhookProperties(
                List.of(), false, Duration.ofHours(1), Duration.ofHours(5), Duration.ofSeconds(2), 100, 10, List.of());
        Log log = new Log();
        try (HttpWebhookSender sender = new WebhookWiring().webhookSender(properties, KEYS)) {
            WebhookDispatcher dispatcher = dispatcher(log, sender, properties);
            dispatcher.start();
            await().until(dispatcher::isWell);
            isSlow = true;
            asked.await();
            Thread closing = Thread.ofPlatform().start(dispatcher::close);
            await().until(() -> closing.getState() == Thread.State.TIMED_WAITING);
            claims.complete(List.of(new DeliveryStore.Claim("busy", DELIVERY)));
            assertThat(log.leftInterrupted.get(10, TimeUnit.SECONDS)).isFalse();
            assertThat(closing.isAlive()).isTrue();
            log.left.countDown();
            closing.join();
        }
    }
}
