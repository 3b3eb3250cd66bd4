// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.cluster.memory.InMemoryDeliveryStore;
import io.parley.cluster.webhook.Delivery;
import io.parley.cluster.webhook.DeliveryLimits;
import io.parley.cluster.webhook.DeliveryStore;
import io.parley.cluster.webhook.DeliveryStore.Claim;
import io.parley.cluster.webhook.DeliveryStore.Outcome;
import io.parley.cluster.webhook.EventFilter;
import io.parley.cluster.webhook.Intake;
import io.parley.cluster.webhook.KeyProgress;
import io.parley.cluster.webhook.WebhookEndpoint;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RoomEndpointsTest {
    private static final long START_MS = 1_700_000_000_000L;
    private static final KeyProgress OPEN = new KeyProgress(7, 1, "RM_1", START_MS + 500, false);
    private static final KeyProgress OVER = new KeyProgress(7, 2, "RM_1", START_MS + 500, true);

    private long nowMs = START_MS;
    private final DeliveryStore store = new InMemoryDeliveryStore(() -> nowMs, DeliveryLimits.DEFAULT);
    private final RoomEndpoints endpoints = new RoomEndpoints(store, () -> nowMs);

    @BeforeEach
    void enter() {
        store.put(endpoint("WE_room", WebhookEndpoint.Origin.ROOM));
        store.put(endpoint("WE_api", WebhookEndpoint.Origin.API));
    }

    private static WebhookEndpoint endpoint(String id, WebhookEndpoint.Origin origin) {
        return new WebhookEndpoint(id, "http://a", "key", "demo", EventFilter.ALL, List.of(), origin, START_MS);
    }

    private void progress(KeyProgress before, KeyProgress after, Delivery... deliveries) {
        store.enqueue(new Intake("demo", before, after, Map.of(), Set.of(), List.of(deliveries)));
    }

    private List<String> after(Duration time) {
        for (long endMs = nowMs + time.toMillis(); nowMs < endMs; nowMs += 1_000) {
            endpoints.onTime();
        }
        return store.endpoints().toCompletableFuture().join().stream()
                .map(status -> status.endpoint().id())
                .toList();
    }

    @Test
    void itGoesWhenItsRoomIsOverAndNothingWaits() {
        progress(KeyProgress.NONE, OPEN);
        assertThat(after(Duration.ofHours(30))).containsExactly("WE_room", "WE_api");
        Delivery last =
                new Delivery("WE_room", "EV_1", "room_finished", "demo", 7, 2, nowMs, "{}", nowMs, 0, List.of());
        progress(OPEN, OVER, last);
        assertThat(after(Duration.ofMinutes(5))).containsExactly("WE_room", "WE_api");
        Claim claim = store.claim("w", Map.of("WE_room", 1), Duration.ofMinutes(1))
                .toCompletableFuture()
                .join()
                .getFirst();
        store.settle(claim, claim.delivery(), Outcome.DELIVERED, Duration.ZERO);
        assertThat(after(Duration.ofMinutes(1))).containsExactly("WE_api");
    }

    /** It was deleted and made again, with the endpoint, and the log is behind for hours: its new room is still to come. */
    @Test
    void anEarlierRoomOfTheNameIsNotItsRoom() {
        progress(KeyProgress.NONE, new KeyProgress(5, 9, "RM_0", START_MS - 1, true));
        assertThat(after(Duration.ofHours(5))).containsExactly("WE_room", "WE_api");
    }

    /** By the clock of an earlier room's node, which may be ahead, this was made later than the endpoint. */
    @Test
    void itStaysWhileItsRoomIsBeingMade() {
        progress(KeyProgress.NONE, new KeyProgress(5, 9, "RM_0", START_MS + 5_000, true));
        assertThat(after(Duration.ofSeconds(50))).containsExactly("WE_room", "WE_api");
        assertThat(after(Duration.ofMinutes(1))).containsExactly("WE_api");
    }

    /** Kafka may be away for days, while the nodes keep what happens. */
    @Test
    void itGoesAfterAWeekWithoutARoom() {
        assertThat(after(Duration.ofDays(7).minusHours(1))).containsExactly("WE_room", "WE_api");
        assertThat(after(Duration.ofHours(2))).containsExactly("WE_api");
    }
}
