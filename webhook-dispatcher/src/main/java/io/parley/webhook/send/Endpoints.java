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

/** The endpoints, read again only when they changed. Safe for any threads. */
public final class Endpoints {
    /** Of what {@link #recent} gives. */
    static final Duration MAX_AGE = Duration.ofMillis(500);

    private record Seen(CompletionStage<List<EndpointStatus>> statuses, long version, long atMs) {
        boolean isOf(long now) {
            return version == now && !statuses.toCompletableFuture().isCompletedExceptionally();
        }
    }

    private final DeliveryStore store;
    private final LongSupplier wallMs;
    private @Nullable Seen seen;

    /** @param wallMs milliseconds since 1970 */
    public Endpoints(DeliveryStore store, LongSupplier wallMs) {
        this.store = store;
        this.wallMs = wallMs;
    }

    /** As they are now, but for how they do. */
    public CompletionStage<List<EndpointStatus>> current() {
        return store.version().thenCompose(this::ofVersion);
    }

    /** As they were a moment ago, and how they did. */
    synchronized CompletionStage<List<EndpointStatus>> recent() {
        if (seen == null || !seen.isOf(seen.version) || wallMs.getAsLong() - seen.atMs >= MAX_AGE.toMillis()) {
            seen = null;
            return current();
        }
        return seen.statuses;
    }

    private synchronized CompletionStage<List<EndpointStatus>> ofVersion(long version) {
        if (seen == null || !seen.isOf(version)) {
            seen = new Seen(store.endpoints(), version, wallMs.getAsLong());
        }
        return seen.statuses;
    }
}
