// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import static io.parley.cluster.Stages.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.parley.cluster.webhook.Attempt;
import io.parley.cluster.webhook.Delivery;
import io.parley.cluster.webhook.DeliveryLimits;
import io.parley.cluster.webhook.DeliveryStore;
import io.parley.cluster.webhook.DeliveryStore.Claim;
import io.parley.cluster.webhook.DeliveryStore.Outcome;
import io.parley.cluster.webhook.EndpointStatus;
import io.parley.cluster.webhook.EventFilter;
import io.parley.cluster.webhook.Intake;
import io.parley.cluster.webhook.KeyProgress;
import io.parley.cluster.webhook.SigningSecret;
import io.parley.cluster.webhook.WebhookEndpoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import livekit.LivekitModels.ParticipantInfo;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every adapter of the store of deliveries keeps. */
public abstract class DeliveryStoreContract {
    private static final Duration LEASE = Duration.ofMinutes(1);
    private static final String ROOM = "a room: with spaces, ünïcode and \"quotes\"";
    private static final WebhookEndpoint A = endpoint("WE_a", "key");
    private static final WebhookEndpoint B = endpoint("WE_b", "key");
    private static final Attempt OK = new Attempt(1_700_000_000_123L, 12, 200, "");
    private static final Attempt FAILED = new Attempt(1_700_000_000_123L, 34, 0, "timeout");

    private DeliveryStore store;

    /** Empty. */
    protected abstract DeliveryStore store(DeliveryLimits limits);

    private static DeliveryLimits limits(Duration keptFor) {
        return new DeliveryLimits(5, 5_000, 3, 5_000, 2, keptFor, Duration.ofMillis(200));
    }

    @BeforeEach
    void open() {
        open(limits(Duration.ofDays(1)));
    }

    private void open(DeliveryLimits limits) {
        store = store(limits);
        assertThat(get(store.put(A))).isTrue();
        assertThat(get(store.put(B))).isTrue();
    }

    private static WebhookEndpoint endpoint(String id, String apiKey) {
        return new WebhookEndpoint(
                id,
                "https://example.com/hook?a=b&c=<d>",
                apiKey,
                "",
                new EventFilter(Set.of("room_started", "room_finished"), Set.of()),
                List.of(SigningSecret.of(new byte[32])),
                WebhookEndpoint.Origin.API,
                1_700_000_000_000L);
    }

    private static Delivery delivery(String endpoint, String event, String key) {
        return new Delivery(
                endpoint,
                event,
                "room_started",
                key,
                1_700_000_000_456L,
                3,
                1_700_000_000_123L,
                "{\"event\":\"room_started\",\"text\":\"ünï <'&=\"}",
                1_700_000_000_100L,
                0,
                List.of());
    }

    private int enqueue(Delivery... deliveries) {
        return get(store.enqueue(Intake.of(deliveries[0].key(), List.of(deliveries))))
                .orElseThrow();
    }

    private List<Claim> claim(String worker, int slots) {
        return get(store.claim(worker, Map.of("WE_a", slots, "WE_b", slots), LEASE));
    }

    private boolean settle(Claim claim, Outcome outcome) {
        Attempt attempt = outcome == Outcome.DELIVERED ? OK : FAILED;
        return get(store.settle(claim, claim.delivery().withAttempt(attempt), outcome, Duration.ZERO))
                .isPresent();
    }

    private static Stream<String> events(List<Claim> claims) {
        return claims.stream().map(claim -> claim.delivery().event());
    }

    private EndpointStatus status(String id) {
        return get(store.endpoints()).stream()
                .filter(status -> status.endpoint().id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void endpointsAreAsTheyWereEntered() {
        assertThat(get(store.endpoints()).stream().map(EndpointStatus::endpoint))
                .containsExactlyInAnyOrder(A, B);
        WebhookEndpoint changed = new WebhookEndpoint(
                "WE_a", "http://other", "key", ROOM, EventFilter.ALL, List.of(), WebhookEndpoint.Origin.API, 1);
        assertThat(get(store.put(changed))).isTrue();
        assertThat(status("WE_a").endpoint()).isEqualTo(changed);
        assertThat(get(store.remove("WE_a"))).isTrue();
        assertThat(get(store.remove("WE_a"))).isFalse();
        assertThat(get(store.endpoints()).stream().map(EndpointStatus::endpoint))
                .containsExactly(B);
    }

    @Test
    void aKeyHasSoManyEndpointsAndNoMore() {
        for (int i = 2; i < DeliveryStore.MAX_ENDPOINTS; i++) {
            assertThat(get(store.put(endpoint("WE_" + i, "key")))).isTrue();
        }
        assertThat(get(store.put(endpoint("WE_more", "key")))).isFalse();
        assertThat(get(store.put(A))).isTrue();
        assertThat(get(store.put(endpoint("WE_more", "other key")))).isTrue();
        WebhookEndpoint ofRoom = new WebhookEndpoint(
                "WE_room", "http://a", "key", ROOM, EventFilter.ALL, List.of(), WebhookEndpoint.Origin.ROOM, 0);
        assertThat(get(store.put(ofRoom))).isTrue();
    }

    @Test
    void whatIsConfiguredReplacesWhatWas() {
        WebhookEndpoint one = new WebhookEndpoint(
                "WE_1", "http://one", "key", "", EventFilter.ALL, List.of(), WebhookEndpoint.Origin.CONFIGURATION, 0);
        WebhookEndpoint two = new WebhookEndpoint(
                "WE_2", "http://two", "key", "", EventFilter.ALL, List.of(), WebhookEndpoint.Origin.CONFIGURATION, 0);
        get(store.configure(List.of(one)));
        get(store.switchOff("WE_1", "gone"));
        get(store.configure(List.of(one, two)));
        assertThat(status("WE_1").isOn()).isFalse();
        get(store.configure(List.of(two)));
        assertThat(get(store.endpoints()).stream().map(EndpointStatus::endpoint))
                .containsExactlyInAnyOrder(A, B, two);
    }

    @Test
    void aSwitchedOffEndpointSaysSinceWhenAndWhy() {
        assertThat(status("WE_a").isOn()).isTrue();
        assertThat(get(store.switchOff("WE_a", "it failed for days"))).isTrue();
        assertThat(get(store.switchOff("WE_a", "again"))).isFalse();
        assertThat(status("WE_a").offReason()).isEqualTo("it failed for days");
        assertThat(status("WE_a").offSinceMs()).isPositive();
        assertThat(get(store.switchOn("WE_a"))).isTrue();
        assertThat(get(store.switchOn("WE_a"))).isFalse();
        assertThat(status("WE_a").isOn()).isTrue();
        assertThat(get(store.switchOff("WE_none", "why"))).isFalse();
    }

    @Test
    void theVersionTellsOfEveryChangeOfEndpoints() {
        List<Supplier<CompletionStage<?>>> changes = List.of(
                () -> store.put(A),
                () -> store.switchOff("WE_a", "why"),
                () -> store.switchOn("WE_a"),
                () -> store.configure(List.of()),
                () -> store.remove("WE_a"));
        for (Supplier<CompletionStage<?>> change : changes) {
            long before = get(store.version());
            assertThat(get(store.version())).isEqualTo(before);
            get(change.get());
            assertThat(get(store.version())).isNotEqualTo(before);
        }
    }

    @Test
    void aDeliveryComesOutAsItWentIn() {
        Delivery delivery = delivery("WE_a", "EV_1", ROOM);
        enqueue(delivery);
        assertThat(claim("w", 1))
                .singleElement()
                .satisfies(claim -> assertThat(claim.delivery()).isEqualTo(delivery));
    }

    @Test
    void ofAKeyAndAnEndpointOneIsOutAtATimeAndTheirOrderStays() {
        enqueue(
                delivery("WE_a", "EV_1", ROOM),
                delivery("WE_a", "EV_2", ROOM),
                delivery("WE_b", "EV_1", ROOM),
                delivery("WE_a", "EV_3", ROOM));
        List<Claim> claims = claim("w", 10);
        assertThat(claims.stream()
                        .map(claim ->
                                claim.delivery().endpoint() + claim.delivery().event()))
                .containsExactlyInAnyOrder("WE_aEV_1", "WE_bEV_1");
        assertThat(claim("w", 10)).isEmpty();
        List<String> order = new ArrayList<>();
        for (List<Claim> next = claims; !next.isEmpty(); next = claim("w", 10)) {
            next.forEach(claim -> {
                order.add(claim.delivery().endpoint() + claim.delivery().event());
                assertThat(settle(claim, Outcome.DELIVERED)).isTrue();
            });
        }
        assertThat(order.stream().filter(name -> name.startsWith("WE_a")))
                .containsExactly("WE_aEV_1", "WE_aEV_2", "WE_aEV_3");
    }

    @Test
    void otherKeysDoNotWait() {
        enqueue(delivery("WE_a", "EV_1", "one"), delivery("WE_a", "EV_2", "one"));
        enqueue(delivery("WE_a", "EV_3", "two"));
        assertThat(events(claim("w", 10))).containsExactlyInAnyOrder("EV_1", "EV_3");
    }

    @Test
    void noMoreAreClaimedThanThereIsRoomFor() {
        for (int i = 0; i < 4; i++) {
            enqueue(delivery("WE_a", "EV_" + i, "room " + i));
        }
        assertThat(claim("w", 3)).hasSize(3);
        assertThat(claim("w", 3)).hasSize(1);
        assertThat(get(store.claim("w", Map.of(), LEASE))).isEmpty();
    }

    @Test
    void whatIsTriedAgainComesFirstAndInTime() {
        enqueue(delivery("WE_a", "EV_1", ROOM), delivery("WE_a", "EV_2", ROOM));
        Claim claim = claim("w", 1).getFirst();
        Delivery tried = claim.delivery().withAttempt(FAILED);
        get(store.settle(claim, tried, Outcome.RETRY, Duration.ofMillis(200)));
        assertThat(claim("w", 1)).isEmpty();
        assertThat(status("WE_a").failingSinceMs()).isPositive();
        await().untilAsserted(() -> assertThat(claim("w", 1)).singleElement().satisfies(again -> {
            assertThat(again.delivery()).isEqualTo(tried);
            assertThat(settle(again, Outcome.DELIVERED)).isTrue();
        }));
        assertThat(status("WE_a").failingSinceMs()).isZero();
        assertThat(events(claim("w", 1))).containsExactly("EV_2");
    }

    @Test
    void whenALeaseEndsAnotherHasTheDeliveryAndTheFirstNoSay() {
        enqueue(delivery("WE_a", "EV_1", ROOM));
        Claim first = get(store.claim("first", Map.of("WE_a", 1), Duration.ofMillis(50)))
                .getFirst();
        Claim second = await().until(() -> claim("second", 1), claims -> !claims.isEmpty())
                .getFirst();
        assertThat(second.delivery()).isEqualTo(first.delivery());
        assertThat(settle(first, Outcome.DELIVERED)).isFalse();
        assertThat(settle(second, Outcome.DELIVERED)).isTrue();
        assertThat(settle(second, Outcome.DELIVERED)).isFalse();
        assertThat(claim("third", 1)).isEmpty();
    }

    @Test
    void aLaterClaimOfTheSameWorkerIsAnotherOne() {
        enqueue(delivery("WE_a", "EV_1", ROOM), delivery("WE_a", "EV_2", ROOM));
        Claim first =
                get(store.claim("w", Map.of("WE_a", 1), Duration.ofMillis(50))).getFirst();
        Claim second =
                await().until(() -> claim("w", 1), claims -> !claims.isEmpty()).getFirst();
        assertThat(settle(first, Outcome.DELIVERED)).isFalse();
        assertThat(settle(second, Outcome.DELIVERED)).isTrue();
    }

    @Test
    void theLogHasTheLastOnesWithTheirAttemptsAndWithoutBodies() {
        for (int i = 1; i <= 3; i++) {
            enqueue(delivery("WE_a", "EV_" + i, ROOM));
            settle(claim("w", 1).getFirst(), Outcome.DELIVERED);
        }
        List<Delivery> delivered = get(store.deliveries("WE_a", Delivery.State.DELIVERED, 0, 10));
        assertThat(delivered.stream().map(Delivery::event)).containsExactly("EV_3", "EV_2");
        assertThat(delivered.getFirst().attempts()).containsExactly(OK);
        assertThat(delivered.getFirst().attemptCount()).isOne();
        assertThat(delivered.getFirst().body()).isEmpty();
        assertThat(get(store.deliveries("WE_a", Delivery.State.DELIVERED, 1, 10)).stream()
                        .map(Delivery::event))
                .containsExactly("EV_2");
        assertThat(get(store.deliveries("WE_none", Delivery.State.DELIVERED, 0, 10)))
                .isEmpty();
        assertThat(get(store.ofEvent("EV_3"))).singleElement().satisfies(kept -> {
            assertThat(kept.state()).isEqualTo(Delivery.State.DELIVERED);
            assertThat(kept.delivery()).isEqualTo(delivered.getFirst());
        });
        assertThat(get(store.ofEvent("EV_1"))).isEmpty();
    }

    @Test
    void whatIsDeadIsKeptAndReplayedBehindWhatWaits() {
        enqueue(delivery("WE_a", "EV_1", ROOM), delivery("WE_a", "EV_2", ROOM));
        settle(claim("w", 1).getFirst(), Outcome.DEAD);
        assertThat(status("WE_a").dead()).isOne();
        assertThat(status("WE_a").pending()).isOne();
        Delivery dead =
                get(store.deliveries("WE_a", Delivery.State.DEAD, 0, 10)).getFirst();
        assertThat(dead.event()).isEqualTo("EV_1");
        assertThat(dead.body()).isNotEmpty();

        assertThat(get(store.replay("WE_a", "EV_1"))).isTrue();
        assertThat(get(store.replay("WE_a", "EV_1"))).isFalse();
        assertThat(get(store.replay("WE_a", "EV_none"))).isFalse();
        assertThat(get(store.replay("WE_none", "EV_1"))).isFalse();
        assertThat(status("WE_a").dead()).isZero();
        Claim second = claim("w", 1).getFirst();
        assertThat(second.delivery().event()).isEqualTo("EV_2");
        settle(second, Outcome.DELIVERED);
        Claim replayed = claim("w", 1).getFirst();
        assertThat(replayed.delivery().event()).isEqualTo("EV_1");
        assertThat(replayed.delivery().body()).isEqualTo(dead.body());
        assertThat(replayed.delivery().enqueuedAtMs()).isGreaterThan(dead.enqueuedAtMs());
    }

    /** It was failing until a success came, however long nothing was sent to it; two failures days apart switched it off. */
    @Test
    void timeWithoutAnAttemptIsNoTimeOfFailing() {
        long first = fail("EV_1", Outcome.DEAD, Duration.ZERO);
        await().until(() -> status("WE_a").failingSinceMs() == 0);
        assertThat(fail("EV_2", Outcome.DEAD, Duration.ZERO)).isGreaterThan(first);
    }

    /** Whatever other deliveries do meanwhile: a receiver may ask not to be tried again for an hour. */
    @Test
    void timeUntilTheNextAttemptIsTimeOfFailing() {
        long first = fail("EV_1", Outcome.RETRY, Duration.ofHours(1));
        assertThat(fail("EV_2", Outcome.DEAD, Duration.ZERO)).isEqualTo(first);
        enqueue(delivery("WE_a", "EV_3", ROOM));
        get(store.claim("clock", Map.of("WE_a", 1), Duration.ofMillis(250)));
        await().until(() -> !claim("w", 1).isEmpty());
        assertThat(status("WE_a").failingSinceMs()).isEqualTo(first);
    }

    /** @return failing since */
    private long fail(String event, Outcome outcome, Duration delay) {
        enqueue(delivery("WE_a", event, "room of " + event));
        Claim claim = claim("w", 1).getFirst();
        return get(store.settle(claim, claim.delivery().withAttempt(FAILED), outcome, delay))
                .orElseThrow()
                .failingSinceMs();
    }

    /** What came after it made room; where nothing came it stayed for ever. */
    @Test
    void whatIsKeptGoesAfterItsTimeThoughNothingHappens() {
        open(limits(Duration.ofMillis(100)));
        enqueue(delivery("WE_a", "EV_1", ROOM), delivery("WE_a", "EV_2", ROOM));
        assertThat(settle(claim("w", 1).getFirst(), Outcome.DEAD)).isTrue();
        assertThat(settle(claim("w", 1).getFirst(), Outcome.DELIVERED)).isTrue();
        await().until(() -> status("WE_a").dead() == 0
                && get(store.ofEvent("EV_1")).isEmpty()
                && get(store.ofEvent("EV_2")).isEmpty());
        assertThat(get(store.replay("WE_a", "EV_1"))).isFalse();
    }

    @Test
    void soManyOfTheDeadAreKeptAndNoMore() {
        for (int i = 1; i <= 5; i++) {
            enqueue(delivery("WE_a", "EV_" + i, ROOM));
            settle(claim("w", 1).getFirst(), Outcome.DEAD);
        }
        assertThat(get(store.deliveries("WE_a", Delivery.State.DEAD, 0, 10)).stream()
                        .map(Delivery::event))
                .containsExactly("EV_5", "EV_4", "EV_3");
        assertThat(get(store.ofEvent("EV_1"))).isEmpty();
    }

    @Test
    void whatFindsNoRoomIsDeadAndCounted() {
        Delivery[] many = IntStream.range(0, 7)
                .mapToObj(i -> delivery("WE_a", "EV_" + i, ROOM))
                .toArray(Delivery[]::new);
        assertThat(enqueue(many)).isEqualTo(2);
        assertThat(status("WE_a").pending()).isEqualTo(5);
        assertThat(get(store.ofEvent("EV_6")).getFirst().state()).isEqualTo(Delivery.State.DEAD);
        assertThat(get(store.ofEvent("EV_6")).getFirst().delivery().attempts()).isEmpty();
    }

    @Test
    void bytesCountToo() {
        Delivery large = new Delivery("WE_a", "EV_large", "t", ROOM, 0, 0, 0, "x".repeat(5_000), 1, 0, List.of());
        assertThat(enqueue(large)).isZero();
        assertThat(enqueue(delivery("WE_a", "EV_next", ROOM))).isOne();
        settle(claim("w", 1).getFirst(), Outcome.DELIVERED);
        assertThat(enqueue(delivery("WE_a", "EV_later", ROOM))).isZero();
    }

    @Test
    void whatIsThereAlreadyIsTakenOnce() {
        enqueue(delivery("WE_a", "EV_1", ROOM));
        enqueue(delivery("WE_a", "EV_1", ROOM), delivery("WE_a", "EV_2", ROOM));
        assertThat(status("WE_a").pending()).isEqualTo(2);
        settle(claim("w", 1).getFirst(), Outcome.DELIVERED);
        enqueue(delivery("WE_a", "EV_1", ROOM));
        assertThat(status("WE_a").pending()).isOne();
    }

    @Test
    void nothingIsTakenForAnEndpointThatIsGone() {
        enqueue(delivery("WE_a", "EV_1", ROOM));
        Claim claim = claim("w", 1).getFirst();
        get(store.remove("WE_a"));
        assertThat(settle(claim, Outcome.DELIVERED)).isFalse();
        assertThat(enqueue(delivery("WE_a", "EV_2", ROOM))).isZero();
        get(store.put(A));
        assertThat(status("WE_a").pending()).isZero();
        assertThat(claim("w", 1)).isEmpty();
    }

    @Test
    void howFarAKeyCameChangesOnlyForWhoKnewIt() {
        KeyProgress one = new KeyProgress(1_700_000_000_456L, 3, "RM_1", 1_700_000_000_000L, false);
        KeyProgress two = new KeyProgress(1_700_000_000_456L, 4, "RM_1", 1_700_000_000_000L, true);
        ParticipantInfo alice =
                ParticipantInfo.newBuilder().setSid("PA_a").setIdentity("älice").build();
        ParticipantInfo bob =
                ParticipantInfo.newBuilder().setSid("PA_b").setIdentity("bob").build();
        assertThat(get(store.progress(ROOM))).isEqualTo(KeyProgress.NONE);
        assertThat(intake(KeyProgress.NONE, one, Map.of("älice", alice, "bob", bob), Set.of(), "EV_1"))
                .isTrue();
        assertThat(get(store.progress(ROOM))).isEqualTo(one);
        assertThat(intake(KeyProgress.NONE, two, Map.of(), Set.of("bob"), "EV_2"))
                .isFalse();
        assertThat(get(store.present(ROOM))).isEqualTo(Map.of("älice", alice, "bob", bob));
        assertThat(get(store.present(ROOM, Arrays.asList("bob", "carol")))).isEqualTo(Map.of("bob", bob));
        assertThat(get(store.present(ROOM, List.of()))).isEmpty();
        assertThat(intake(one, two, Map.of(), Set.of("bob"), "EV_3")).isTrue();
        assertThat(get(store.progress(ROOM))).isEqualTo(two);
        assertThat(get(store.present(ROOM))).isEqualTo(Map.of("älice", alice));
        assertThat(get(store.progress("another room"))).isEqualTo(KeyProgress.NONE);
        assertThat(events(claim("w", 10))).containsExactly("EV_1");
        assertThat(get(store.ofEvent("EV_2"))).isEmpty();
    }

    private boolean intake(
            KeyProgress before,
            KeyProgress after,
            Map<String, ParticipantInfo> joined,
            Set<String> left,
            String event) {
        return get(store.enqueue(new Intake(ROOM, before, after, joined, left, List.of(delivery("WE_a", event, ROOM)))))
                .isPresent();
    }
}
