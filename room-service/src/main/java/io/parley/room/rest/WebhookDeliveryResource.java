// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import io.parley.cluster.webhook.Delivery;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One event on its way to one endpoint. */
record WebhookDeliveryResource(
        @Field(value = "The endpoint.", example = "WE_7jv4ZqVbXw2c")
        String endpoint,

        @Field(value = "The event's id, which the receiver is told as webhook-id.", example = "EV_9sXwTQm3rYkd")
        String event,

        @Field(value = "What happened.", example = "participant_joined")
        String type,

        @Field(value = "What it happened to: a room's name, or an egress's or ingress's id.", example = "demo")
        String key,

        @Field(value = "When it happened.", example = "2026-01-31T12:00:00Z")
        Instant at,

        @Field(value = "How far it is.", example = "delivered")
        Delivery.State state,

        @Field(value = "How often it was tried.", example = "1")
        int attemptCount,

        @Field("The last of these, the oldest first.") List<Attempt> attempts) {
    /** One request. */
    record Attempt(
            @Field(value = "When it began.", example = "2026-01-31T12:00:00.123Z")
            Instant at,

            @Field(value = "Milliseconds until the response, or the failure.", example = "87")
            int latencyMs,

            @Field("The response's; absent without one.") @Nullable
            Integer status,

            @Field("Why there was no response; absent with one.") @Nullable
            String error) {
        static Attempt of(io.parley.cluster.webhook.Attempt attempt) {
            return new Attempt(
                    Instant.ofEpochMilli(attempt.atMs()),
                    (int) attempt.latencyMs(),
                    attempt.status() == 0 ? null : attempt.status(),
                    attempt.error().isEmpty() ? null : attempt.error());
        }
    }

    static WebhookDeliveryResource of(Delivery.State state, Delivery delivery) {
        return new WebhookDeliveryResource(
                delivery.endpoint(),
                delivery.event(),
                delivery.type(),
                delivery.key(),
                Instant.ofEpochMilli(delivery.atMs()),
                state,
                delivery.attemptCount(),
                delivery.attempts().stream().map(Attempt::of).toList());
    }
}
