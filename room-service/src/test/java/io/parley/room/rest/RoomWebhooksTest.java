// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.cluster.memory.InMemoryDeliveryStore;
import io.parley.cluster.webhook.DeliveryLimits;
import io.parley.cluster.webhook.DeliveryStore;
import io.parley.cluster.webhook.EndpointStatus;
import io.parley.cluster.webhook.WebhookEndpoint;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import livekit.LivekitModels.Room;
import org.junit.jupiter.api.Test;

class RoomWebhooksTest {
    private static final long NOW_MS = 1_700_000_000_000L;

    private final DeliveryStore store = new InMemoryDeliveryStore(() -> NOW_MS, DeliveryLimits.DEFAULT);
    private final RoomWebhooks webhooks = new RoomWebhooks(store, () -> NOW_MS);

    private List<WebhookEndpoint> endpoints() {
        return store.endpoints().toCompletableFuture().join().stream()
                .map(EndpointStatus::endpoint)
                .toList();
    }

    private void make(CompletableFuture<Room> room) {
        webhooks.with("key", "demo", List.of(new CreateRoomWebhook("https://example.com", null, null)), () -> room);
    }

    /** The clock of the room's node may be behind ours: whoever compares both would take the room for an earlier one. */
    @Test
    void anEndpointIsThereBeforeItsRoomAndThenHasItsTime() {
        CompletableFuture<Room> room = new CompletableFuture<>();
        make(room);
        assertThat(endpoints()).extracting(WebhookEndpoint::createdAtMs).containsExactly(NOW_MS);
        room.complete(Room.newBuilder().setCreationTimeMs(NOW_MS - 5_000).build());
        assertThat(endpoints()).extracting(WebhookEndpoint::createdAtMs).containsExactly(NOW_MS - 5_000);
    }

    @Test
    void withoutTheRoomItGoes() {
        make(CompletableFuture.failedFuture(new ApiError(ErrorCode.UNAVAILABLE, "no node", ApiError.Fault.US)));
        assertThat(endpoints()).isEmpty();
    }
}
