// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook.send;

import io.parley.cluster.webhook.DeliveryStore;
import io.parley.cluster.webhook.EndpointStatus;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The endpoints as the store had them a moment ago. Safe for any threads. */
public final class Endpoints {
    /** How soon a change holds. */
    static final Duration MAX_AGE = Duration.ofMillis(500);

    private record Seen(CompletionStage<List<EndpointStatus>> statuses, long atMs) {}

    private final DeliveryStore store;
    private final LongSupplier wallMs;
    private @Nullable Seen seen;

    /** @param wallMs milliseconds since 1970 */
    public Endpoints(DeliveryStore store, LongSupplier wallMs) {
        this.store = store;
        this.wallMs = wallMs;
    }

    public synchronized CompletionStage<List<EndpointStatus>> current() {
        long nowMs = wallMs.getAsLong();
        if (seen == null
                || nowMs - seen.atMs >= MAX_AGE.toMillis()
                || seen.statuses.toCompletableFuture().isCompletedExceptionally()) {
            seen = new Seen(store.endpoints(), nowMs);
        }
        return seen.statuses;
    }

    synchronized void forget() {
        seen = null;
    }
}
