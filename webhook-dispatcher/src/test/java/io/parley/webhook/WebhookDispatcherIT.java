// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.parley.api.event.Event;
import io.parley.cluster.EventLog;
import io.parley.cluster.memory.InMemoryDeliveryStore;
import io.parley.cluster.redis.RedisConnections;
import io.parley.cluster.redis.RedisDeliveryStore;
import io.parley.cluster.redis.RedisSettings;
import io.parley.cluster.webhook.DeliveryLimits;
import io.parley.cluster.webhook.DeliveryStore;
import io.parley.edge.security.ApiKeys;
import io.parley.testkit.RedisProcess;
import io.parley.webhook.send.HttpWebhookSender;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Status;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** From the log to real receivers, through the parts as they are wired. */
class WebhookDispatcherIT {
    private static final ApiKeys KEYS = new ApiKeys(Map.of("APIkey", "a-secret-of-thirty-two-characters-or-more"));

    private DeliveryStore store = new InMemoryDeliveryStore(System::currentTimeMillis, DeliveryLimits.DEFAULT);
    private final ScriptedLog log = new ScriptedLog();
    private final Receiver receiver = new Receiver();
    private final List<AutoCloseable> opened = new ArrayList<>(List.of(receiver));

    /** A log of which the test is the writer. */
    private static final class ScriptedLog implements EventLog {
        final List<Reader> readers = new CopyOnWriteArrayList<>();
        volatile boolean isReading = true;

        @Override
        public CompletionStage<Void> append(Event event) {
            return readers.getFirst().onEvents(List.of(event));
        }

        @Override
        public AutoCloseable read(String group, Reader reader) {
            readers.add(reader);
            return () -> readers.remove(reader);
        }

        @Override
        public boolean isReading() {
            return isReading;
        }
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : opened.reversed()) {
            one.close();
        }
    }

    private WebhookHealth start(WebhookProperties.Endpoint... endpoints) {
        WebhookProperties properties = new WebhookProperties(
                List.of(endpoints),
                false,
                Duration.ofHours(1),
                Duration.ofHours(5),
                Duration.ofSeconds(2),
                100,
                10,
                List.of());
        WebhookWiring wiring = new WebhookWiring();
        HttpWebhookSender sender = wiring.webhookSender(properties, KEYS);
        WebhookDispatcher dispatcher =
                wiring.webhookDispatcher(properties, KEYS, log, store, sender, new SimpleMeterRegistry());
        opened.add(sender);
        opened.add(dispatcher);
        dispatcher.start();
        await().until(dispatcher::isWell);
        return wiring.webhookHealthIndicator(dispatcher, log);
    }

    private static WebhookProperties.Endpoint endpoint(String url, String... include) {
        return new WebhookProperties.Endpoint(url, "APIkey", Set.of(include), Set.of(), List.of());
    }

    private void append(Event... events) {
        CompletableFuture.allOf(List.of(events).stream()
                        .map(event -> log.append(event).toCompletableFuture())
                        .toArray(CompletableFuture[]::new))
                .join();
    }

    private static List<String> events(Receiver receiver) {
        return receiver.got.stream().map(Receiver.Got::event).toList();
    }

    @Test
    void itIsNotReadyWithoutAReadingThatLives() {
        WebhookHealth health = start(endpoint(receiver.url()));
        assertThat(health.health().getStatus()).isEqualTo(Status.UP);
        log.isReading = false;
        assertThat(health.health().getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
        assertThat(health.health().getDetails())
                .containsExactlyInAnyOrderEntriesOf(Map.of("storeAnswers", true, "eventsAreRead", false));
    }

    @Test
    void whatHappensInARoomIsToldInItsOrder() {
        start(endpoint(receiver.url()));
        Events room = new Events("demo", "RM_1", 7);
        List<Event> all = List.of(
                room.roomStarted(),
                room.joined("alice", "PA_a"),
                room.published("alice", "PA_a", "TR_1"),
                room.aborted("bob", "PA_b"),
                room.unpublished("alice", "PA_a", "TR_1"),
                room.left("alice", "PA_a"),
                room.roomFinished());
        append(all.toArray(Event[]::new));
        await().untilAsserted(() -> assertThat(events(receiver))
                .isEqualTo(all.stream().map(Event::id).toList()));
        assertThat(receiver.got.get(1).body())
                .contains("\"event\":\"participant_joined\"", "\"createdAt\":\"1700000000\"");
    }

    @Test
    void aReceiverThatFailsGetsTheSameAgainAndTheRestAfterIt() {
        start(endpoint(receiver.url()));
        Events room = new Events("demo", "RM_1", 7);
        receiver.answer(got -> receiver.got.size() < 3 ? Receiver.status(500) : Receiver.status(200));
        append(room.roomStarted(), room.roomFinished());
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(events(receiver))
                        .containsExactly("EV_RM_1_7_1", "EV_RM_1_7_1", "EV_RM_1_7_1", "EV_RM_1_7_2"));
        assertThat(receiver.got.get(0).body()).isEqualTo(receiver.got.get(2).body());
    }

    @Test
    void aReceiverThatHangsHoldsUpNoOther() {
        Receiver hangs = new Receiver();
        opened.add(hangs);
        hangs.answer(got -> Receiver.hangs());
        start(endpoint(hangs.url()), endpoint(receiver.url()));
        for (int i = 0; i < 50; i++) {
            append(new Events("room " + i, "RM_" + i, 7).roomStarted());
        }
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(receiver.got).hasSize(50));
    }

    @Test
    void anEndpointHearsWhatItAskedFor() {
        start(endpoint(receiver.url(), "room_finished"));
        Events room = new Events("demo", "RM_1", 7);
        append(room.roomStarted(), room.joined("alice", "PA_a"), room.roomFinished());
        await().untilAsserted(() -> assertThat(events(receiver)).containsExactly("EV_RM_1_7_3"));
    }

    @Test
    void whatTheLogGivesAgainIsToldOnce() {
        start(endpoint(receiver.url()));
        Events room = new Events("demo", "RM_1", 7);
        Event started = room.roomStarted();
        append(started, started);
        append(room.roomFinished());
        await().untilAsserted(() -> assertThat(events(receiver)).containsExactly("EV_RM_1_7_1", "EV_RM_1_7_2"));
    }

    @Test
    void anEventIsOnItsWayBeforeTheLogMayForgetIt() {
        start(endpoint(receiver.url()));
        receiver.answer(got -> Receiver.status(503));
        append(new Events("demo", "RM_1", 7).roomStarted());
        assertThat(store.endpoints().toCompletableFuture().join().getFirst().pending())
                .isOne();
    }

    /** Each over a connection of its own to one redis-server; the log's events come by either. */
    @Test
    void twoReplicasShareTheWorkAndKeepTheOrder() {
        RedisProcess redis = new RedisProcess();
        opened.add(redis);
        for (int i = 0; i < 2; i++) {
            LettuceConnectionFactory connections = RedisConnections.to(RedisSettings.of(redis.url()));
            connections.afterPropertiesSet();
            connections.start();
            opened.add(connections::destroy);
            store = new RedisDeliveryStore(connections, DeliveryLimits.DEFAULT);
            start(endpoint(receiver.url()));
        }
        receiver.answer(got -> Receiver.slow(200, Duration.ofMillis(got.event().hashCode() & 7)));
        List<Event> expected = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Events room = new Events("room " + i, "RM_" + i, 7);
            List<Event> all = new ArrayList<>(List.of(room.roomStarted()));
            for (int j = 0; j < 9; j++) {
                all.add(room.joined("p" + j, "PA_" + j));
            }
            expected.addAll(all);
            log.readers.get(i % 2).onEvents(all).toCompletableFuture().join();
        }
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(receiver.got).hasSize(200));
        assertThat(events(receiver))
                .containsExactlyInAnyOrderElementsOf(
                        expected.stream().map(Event::id).toList());
        for (int i = 0; i < 20; i++) {
            String room = "EV_RM_" + i + "_";
            assertThat(events(receiver).stream().filter(event -> event.startsWith(room)))
                    .containsExactlyElementsOf(expected.stream()
                            .map(Event::id)
                            .filter(event -> event.startsWith(room))
                            .toList());
        }
    }
}
