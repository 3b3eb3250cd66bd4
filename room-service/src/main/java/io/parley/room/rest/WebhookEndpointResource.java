// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import io.parley.cluster.webhook.EndpointStatus;
import io.parley.cluster.webhook.WebhookEndpoint;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where events go, and how it does. */
record WebhookEndpointResource(
        @Field(value = "Of this endpoint.", example = "WE_7jv4ZqVbXw2c")
        String id,

        @Field(value = "Where it is.", example = "https://example.com/hook")
        String url,

        @Field(value = "Only events of the room of this name; \"\" for all.", example = "demo")
        String room,

        @Field(value = "Only these events; empty for all.", example = "[\"room_started\"]")
        List<String> includeEvents,

        @Field(value = "None of these events, where none is included.", example = "[]")
        List<String> excludeEvents,

        @Field(value = "It is in the server's configuration, and is changed there.", example = "false")
        boolean configured,

        @Field(value = "Whether anything is sent.", example = "true")
        boolean enabled,

        @Field("Why it was switched off; absent while it is on.") @Nullable
        String disabledReason,

        @Field("When it was switched off; absent while it is on.") @Nullable
        Instant disabledAt,

        @Field("Since when no attempt succeeded; absent if the last one did, or was long ago.") @Nullable
        Instant failingSince,

        @Field(value = "Deliveries that wait.", example = "0")
        int pending,

        @Field("Since when the oldest of these waits; absent without any.") @Nullable
        Instant oldestPendingAt,

        @Field(value = "Deliveries that were given up, and are kept.", example = "0")
        int dead,

        @Field(value = "When it was made; absent where it is configured.", example = "2026-01-31T12:00:00Z") @Nullable
        Instant createdAt,

        @Field(
                value = "The key of Standard Webhooks' signature: shown when it is made or rotated, and never again.",
                example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        @Nullable
        String secret) {
    static final int MAX_EVENTS = 50;

    static WebhookEndpointResource of(EndpointStatus status) {
        return of(status, null);
    }

    static WebhookEndpointResource of(EndpointStatus status, @Nullable String secret) {
        WebhookEndpoint endpoint = status.endpoint();
        return new WebhookEndpointResource(
                endpoint.id(),
                endpoint.url(),
                endpoint.room(),
                endpoint.filter().include().stream().sorted().toList(),
                endpoint.filter().exclude().stream().sorted().toList(),
                endpoint.isConfigured(),
                status.isOn(),
                status.isOn() ? null : status.offReason(),
                instant(status.offSinceMs()),
                instant(status.failingSinceMs()),
                status.pending(),
                instant(status.oldestAtMs()),
                status.dead(),
                instant(endpoint.createdAtMs()),
                secret);
    }

    static Page.Position position(EndpointStatus status) {
        return new Page.Position(
                status.endpoint().createdAtMs(), status.endpoint().id());
    }

    static @Nullable Instant instant(long ms) {
        return ms == 0 ? null : Instant.ofEpochMilli(ms);
    }
}
