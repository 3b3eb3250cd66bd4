// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook.send;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.parley.cluster.memory.InMemoryDeliveryStore;
import io.parley.cluster.webhook.Delivery;
import io.parley.cluster.webhook.DeliveryLimits;
import io.parley.cluster.webhook.DeliveryStore;
import io.parley.cluster.webhook.EndpointStatus;
import io.parley.cluster.webhook.EventFilter;
import io.parley.cluster.webhook.Intake;
import io.parley.cluster.webhook.WebhookEndpoint;
import io.parley.cluster.webhook.WebhookTypes;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** In virtual time, with receivers of which each test says what they do. */
@ExtendWith(OutputCaptureExtension.class)
class DeliveryLoopTest {
    private static final DeliverySettings SETTINGS =
            new DeliverySettings(Duration.ofHours(72), Duration.ofHours(120), Duration.ofSeconds(10), 100, 4);

    private long nowMs = 1_700_000_000_000L;
    private final DeliveryStore store = new InMemoryDeliveryStore(() -> nowMs, DeliveryLimits.DEFAULT);
    private final Receiver receiver = new Receiver();
    private final DeliveryLoop loop = loop("a", receiver);
    private int events;

    /** Notes what it is sent, and answers as told. */
    private static final class Receiver implements WebhookSender {
        final List<String> sent = new ArrayList<>();
        final List<CompletableFuture<Reply>> hanging = new ArrayList<>();
        Function<Delivery, Reply> answer = delivery -> Reply.of(200);

        /** @return null from {@link #answer} is a request that hangs */
        @Override
        public CompletionStage<Reply> send(WebhookEndpoint endpoint, Delivery delivery) {
            sent.add(endpoint.id() + " " + delivery.event());
            Reply reply = answer.apply(delivery);
            if (reply != null) {
                return CompletableFuture.completedFuture(reply);
            }
            CompletableFuture<Reply> hangs = new CompletableFuture<>();
            hanging.add(hangs);
            return hangs;
        }
    }

    private DeliveryLoop loop(String worker, WebhookSender sender) {
        return loop(worker, store, sender);
    }

    private DeliveryLoop loop(String worker, DeliveryStore store, WebhookSender sender) {
        return new DeliveryLoop(
                worker,
                store,
                new Endpoints(store, () -> nowMs),
                sender,
                new Random(1),
                SETTINGS,
                () -> nowMs,
                new WebhookMetrics(new SimpleMeterRegistry()),
                () -> {});
    }

    /** The store, but for one operation. */
    private DeliveryStore failing(String operation) {
        return (DeliveryStore) Proxy.newProxyInstance(
                DeliveryStore.class.getClassLoader(),
                new Class<?>[] {DeliveryStore.class},
                (proxy, method, arguments) -> method.getName().equals(operation)
                        ? CompletableFuture.failedStage(new IllegalStateException("away"))
                        : method.invoke(store, arguments));
    }

    @BeforeEach
    void enter() {
        put("WE_a", EventFilter.ALL);
    }

    private void put(String id, EventFilter filter) {
        store.put(
                new WebhookEndpoint(id, "https://" + id, "key", "", filter, List.of(), WebhookEndpoint.Origin.API, 0));
        nowMs += Endpoints.MAX_AGE.toMillis();
    }

    private String enqueue(String endpoint, String room) {
        String event = "EV_" + ++events;
        store.enqueue(Intake.of(
                room,
                List.of(new Delivery(endpoint, event, "room_started", room, 1, 1, nowMs, "{}", nowMs, 0, List.of()))));
        return event;
    }

    /** Until nothing is due any more. */
    private void drain(DeliveryLoop any) {
        for (int i = 0; any.pass() > 0; i++) {
            assertThat(i).isLessThan(10_000);
        }
    }

    private void pass(Duration time) {
        long endMs = nowMs + time.toMillis();
        while (nowMs < endMs) {
            nowMs = Math.min(endMs, nowMs + 5_000);
            drain(loop);
        }
    }

    private EndpointStatus status(String id) {
        return store.endpoints().toCompletableFuture().join().stream()
                .filter(status -> status.endpoint().id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void deliversInOrder() {
        for (int i = 0; i < 5; i++) {
            enqueue("WE_a", "demo");
        }
        drain(loop);
        assertThat(receiver.sent).containsExactly("WE_a EV_1", "WE_a EV_2", "WE_a EV_3", "WE_a EV_4", "WE_a EV_5");
        assertThat(status("WE_a").pending()).isZero();
    }

    @Test
    void whatFailsIsTriedUntilItSucceedsAndWhatIsBehindItWaits() {
        enqueue("WE_a", "demo");
        enqueue("WE_a", "demo");
        receiver.answer = delivery -> Reply.of(503);
        pass(Duration.ofHours(10));
        assertThat(receiver.sent).containsOnly("WE_a EV_1").hasSizeBetween(60, 400);
        receiver.answer = delivery -> Reply.of(200);
        pass(Duration.ofMinutes(10));
        assertThat(receiver.sent).endsWith("WE_a EV_1", "WE_a EV_2");
        assertThat(status("WE_a").pending()).isZero();
        Delivery delivered = store.deliveries("WE_a", Delivery.State.DELIVERED, 1, 1)
                .toCompletableFuture()
                .join()
                .getFirst();
        assertThat(delivered.attemptCount()).isEqualTo(receiver.sent.size() - 1);
        assertThat(delivered.attempts()).hasSize(20);
        assertThat(delivered.attempts().getLast().status()).isEqualTo(200);
    }

    @Test
    void aRoomThatIsTriedAgainHoldsUpNoOther() {
        String bad = enqueue("WE_a", "bad");
        receiver.answer = delivery -> Reply.of(delivery.event().equals(bad) ? 500 : 200);
        drain(loop);
        enqueue("WE_a", "bad");
        for (int i = 0; i < 20; i++) {
            enqueue("WE_a", "room " + i);
        }
        drain(loop);
        assertThat(receiver.sent).hasSize(21);
    }

    @Test
    void anEndpointThatHangsHoldsUpNoOther() {
        put("WE_b", EventFilter.ALL);
        receiver.answer = delivery -> delivery.endpoint().equals("WE_a") ? null : Reply.of(200);
        for (int i = 0; i < 50; i++) {
            enqueue("WE_a", "room " + i);
            enqueue("WE_b", "room " + i);
        }
        drain(loop);
        assertThat(receiver.hanging).hasSize(4);
        assertThat(status("WE_b").pending()).isZero();
        receiver.hanging.removeFirst().complete(Reply.failed("timeout"));
        drain(loop);
        assertThat(receiver.hanging).hasSize(4);
    }

    @Test
    void afterThreeDaysAnEventIsGivenUpAndTheNextOneIsTried() {
        String first = enqueue("WE_a", "demo");
        receiver.answer = delivery -> Reply.of(delivery.event().equals(first) ? 500 : 200);
        String second = enqueue("WE_a", "demo");
        pass(Duration.ofHours(73));
        assertThat(status("WE_a").dead()).isOne();
        assertThat(receiver.sent).endsWith("WE_a " + second);
        assertThat(receiver.sent).filteredOn(sent -> sent.endsWith(second)).hasSize(1);

        receiver.answer = delivery -> Reply.of(200);
        store.replay("WE_a", first);
        drain(loop);
        assertThat(receiver.sent).endsWith("WE_a " + first);
        assertThat(status("WE_a").dead()).isZero();
    }

    @Test
    void whatADeadReplicaHeldAnotherSendsWithTheSameId() {
        Receiver never = new Receiver();
        never.answer = delivery -> null;
        DeliveryLoop dies = loop("b", never);
        enqueue("WE_a", "demo");
        enqueue("WE_a", "demo");
        assertThat(dies.pass()).isOne();
        drain(loop);
        assertThat(receiver.sent).isEmpty();
        nowMs += SETTINGS.lease().toMillis();
        drain(loop);
        assertThat(never.sent).containsExactly("WE_a EV_1");
        assertThat(receiver.sent).containsExactly("WE_a EV_1", "WE_a EV_2");

        never.hanging.getFirst().complete(Reply.of(500)); // not dead, but late: it has no say
        drain(loop);
        assertThat(status("WE_a").pending()).isZero();
    }

    /** It crashed, say, or Redis was away for a moment. */
    @Test
    void whatWasSentButNotNotedIsSentAgainWithTheSameIdAndBody() {
        List<Delivery> got = new ArrayList<>();
        receiver.answer = delivery -> {
            got.add(delivery);
            return Reply.of(200);
        };
        DeliveryLoop crashes = loop("b", failing("settle"), receiver);
        enqueue("WE_a", "demo");
        assertThat(crashes.pass()).isOne();
        assertThat(crashes.underWay()).isZero();
        nowMs += SETTINGS.lease().toMillis();
        drain(loop);
        assertThat(got).hasSize(2);
        assertThat(got.get(1)).isEqualTo(got.get(0));
        assertThat(status("WE_a").pending()).isZero();
    }

    @Test
    void twoReplicasSendNothingTwice() {
        Receiver other = new Receiver();
        DeliveryLoop second = loop("b", other);
        for (int i = 0; i < 40; i++) {
            enqueue("WE_a", "room " + i % 8);
        }
        while (loop.pass() + second.pass() > 0) {
            // goes on
        }
        assertThat(receiver.sent).doesNotContainAnyElementsOf(other.sent);
        assertThat(receiver.sent.size() + other.sent.size()).isEqualTo(40);
        assertThat(other.sent).isNotEmpty();
    }

    @Test
    void anEndpointThatFailsForDaysIsSwitchedOffAndTheOthersOfItsKeyAreTold() {
        put("WE_b", new EventFilter(Set.of(WebhookTypes.ENDPOINT_OFF), Set.of()));
        put("WE_c", EventFilter.ALL);
        receiver.answer = delivery -> Reply.of(delivery.endpoint().equals("WE_a") ? 500 : 200);
        for (int hour = 0; hour < 121; hour++) {
            enqueue("WE_a", "room " + hour);
            pass(Duration.ofHours(1));
        }
        assertThat(status("WE_a").isOn()).isFalse();
        assertThat(status("WE_a").offReason()).contains("120 hours");
        assertThat(receiver.sent)
                .filteredOn(sent -> sent.startsWith("WE_b"))
                .singleElement()
                .satisfies(sent -> assertThat(sent).startsWith("WE_b EV_off_a_"));
        assertThat(receiver.sent).noneMatch(sent -> sent.startsWith("WE_c"));

        int before = receiver.sent.size();
        pass(Duration.ofHours(1));
        assertThat(receiver.sent).hasSize(before);
        receiver.answer = delivery -> Reply.of(200);
        store.switchOn("WE_a");
        pass(Duration.ofMinutes(11));
        assertThat(status("WE_a").pending()).isZero();
    }

    /** An event a day or so, refused each time: nobody knows how the endpoint did between them. */
    @Test
    void anEndpointThatSeldomHasSomethingToRefuseStaysOn() {
        receiver.answer = delivery -> Reply.of(400);
        for (int day = 0; day < 10; day++) {
            enqueue("WE_a", "demo");
            pass(Duration.ofMinutes(15));
            nowMs += Duration.ofDays(1).toMillis();
        }
        assertThat(status("WE_a").dead()).isEqualTo(10);
        assertThat(status("WE_a").isOn()).isTrue();
    }

    @Test
    void anEndpointThatSaysItIsGoneIsSwitchedOff() {
        receiver.answer = delivery -> Reply.of(410);
        enqueue("WE_a", "demo");
        drain(loop);
        assertThat(status("WE_a").isOn()).isFalse();
        assertThat(status("WE_a").dead()).isOne();
    }

    /** A URL may have a secret, in its path or query, and the others may be other people's. */
    @Test
    void theOthersAreToldItsHostAndNotItsUrl() {
        store.put(new WebhookEndpoint(
                "WE_a",
                "https://hooks.example:8443/secret?secret",
                "key",
                "",
                EventFilter.ALL,
                List.of(),
                WebhookEndpoint.Origin.API,
                0));
        put("WE_b", new EventFilter(Set.of(WebhookTypes.ENDPOINT_OFF), Set.of()));
        List<String> told = new ArrayList<>();
        receiver.answer = delivery -> {
            told.add(delivery.endpoint() + " " + delivery.body());
            return Reply.of(410);
        };
        enqueue("WE_a", "demo");
        drain(loop);
        assertThat(told)
                .filteredOn(body -> body.startsWith("WE_b"))
                .singleElement()
                .satisfies(body -> assertThat(body)
                        .contains("\"id\":\"WE_a\"", "\"host\":\"hooks.example:8443\"")
                        .doesNotContain("secret"));
    }

    @Test
    void thatTheOthersCouldNotBeToldIsLogged(CapturedOutput output) {
        DeliveryStore full = failing("enqueue");
        enqueue("WE_a", "demo");
        loop("b", full, (endpoint, delivery) -> CompletableFuture.completedFuture(Reply.of(410)))
                .pass();
        assertThat(status("WE_a").isOn()).isFalse();
        assertThat(output).contains("the other endpoints are not told", "WE_a", "away");
    }

    @Test
    void aSuccessStartsTheDaysAnew() {
        for (int hour = 0; hour < 200; hour++) {
            receiver.answer = hour % 100 == 99 ? delivery -> Reply.of(200) : delivery -> Reply.of(500);
            enqueue("WE_a", "room " + hour);
            pass(Duration.ofHours(1));
        }
        assertThat(status("WE_a").isOn()).isTrue();
    }
}
