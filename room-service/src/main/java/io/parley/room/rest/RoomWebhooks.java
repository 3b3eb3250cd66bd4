// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.cluster.webhook.DeliveryStore;
import io.parley.cluster.webhook.WebhookEndpoint;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import livekit.LivekitModels.Room;

/** Endpoints that are made with a room: before it, so that they hear of its start. */
final class RoomWebhooks {
    static final int MAX_OF_ROOM = 4;

    private final DeliveryStore store;
    private final LongSupplier nowMs;

    /** @param nowMs wall-clock time, in ms since the epoch */
    RoomWebhooks(DeliveryStore store, LongSupplier nowMs) {
        this.store = store;
        this.nowMs = nowMs;
    }

    /**
     * Enters the endpoints, then makes the room; without the room they go again. They then have its time, by which it is told
     * from earlier rooms of the name.
     */
    CompletionStage<Room> with(
            String apiKey, String room, List<CreateRoomWebhook> webhooks, Supplier<CompletionStage<Room>> makeRoom) {
        List<WebhookEndpoint> endpoints = webhooks.stream()
                .map(webhook -> new WebhookEndpoint(
                        WebhookOperations.newId("WE_"),
                        WebhookOperations.checkedUrl(webhook.url()),
                        apiKey,
                        room,
                        WebhookOperations.filter(webhook.includeEvents(), webhook.excludeEvents()),
                        List.of(),
                        WebhookEndpoint.Origin.ROOM,
                        nowMs.getAsLong()))
                .toList();
        CompletionStage<Boolean> entered = CompletableFuture.completedFuture(true);
        for (WebhookEndpoint endpoint : endpoints) {
            entered = entered.thenCombine(store.put(endpoint), Boolean::logicalAnd);
        }
        return entered.thenCompose(areAll -> {
                    if (!areAll) {
                        throw ApiError.ofCaller(
                                ErrorCode.RESOURCE_EXHAUSTED,
                                "an API key has " + DeliveryStore.MAX_ENDPOINTS_OF_ROOMS
                                        + " webhook endpoints of rooms at most");
                    }
                    return makeRoom.get();
                })
                .whenComplete((made, error) -> {
                    if (error != null) {
                        endpoints.forEach(endpoint -> store.remove(endpoint.id()));
                    } else {
                        endpoints.forEach(endpoint -> store.put(endpoint.createdAt(made.getCreationTimeMs())));
                    }
                });
    }
}
