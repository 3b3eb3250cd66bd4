// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook.intake;

import io.parley.cluster.webhook.DeliveryStore;
import io.parley.cluster.webhook.EndpointStatus;
import io.parley.cluster.webhook.KeyProgress;
import io.parley.cluster.webhook.WebhookEndpoint;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;

/** Forgets the endpoints that were made with a room, once this is over and nothing waits for them. */
public final class RoomEndpoints {
    private static final Duration INTERVAL = Duration.ofSeconds(10);

    /** Its room was made by then, or won't be. */
    private static final Duration MAKING = Duration.ofMinutes(1);

    /** The log may be behind for as long as it keeps what happened. */
    private static final Duration UNHEARD = Duration.ofDays(7);

    private final DeliveryStore store;
    private final LongSupplier wallMs;
    private long nextAtMs;

    /** @param wallMs milliseconds since 1970 */
    public RoomEndpoints(DeliveryStore store, LongSupplier wallMs) {
        this.store = store;
        this.wallMs = wallMs;
    }

    /** As often as one likes, by one thread at a time; waits for nothing. */
    public void onTime() {
        long nowMs = wallMs.getAsLong();
        if (nowMs >= nextAtMs) {
            nextAtMs = nowMs + INTERVAL.toMillis();
            store.endpoints().thenAccept(statuses -> forget(statuses, nowMs));
        }
    }

    private void forget(List<EndpointStatus> statuses, long nowMs) {
        statuses.stream()
                .filter(status -> status.pending() == 0)
                .map(EndpointStatus::endpoint)
                .filter(endpoint -> endpoint.origin() == WebhookEndpoint.Origin.ROOM)
                .forEach(endpoint -> store.progress(endpoint.room()).thenAccept(progress -> {
                    if (isOver(endpoint, progress, nowMs)) {
                        store.remove(endpoint.id());
                    }
                }));
    }

    /** An endpoint is there before its room: the one of that name may be an earlier one, while the log is behind. */
    private static boolean isOver(WebhookEndpoint endpoint, KeyProgress progress, long nowMs) {
        long ageMs = nowMs - endpoint.createdAtMs();
        return progress.isFinished()
                && ageMs >= MAKING.toMillis()
                && (progress.roomCreatedAtMs() >= endpoint.createdAtMs() || ageMs >= UNHEARD.toMillis());
    }
}
