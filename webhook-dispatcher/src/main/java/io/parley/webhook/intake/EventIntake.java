// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook.intake;

import io.parley.api.event.Event;
import io.parley.cluster.EventLog;
import io.parley.cluster.LogThrottle;
import io.parley.cluster.webhook.Delivery;
import io.parley.cluster.webhook.DeliveryStore;
import io.parley.cluster.webhook.EndpointStatus;
import io.parley.cluster.webhook.Intake;
import io.parley.cluster.webhook.KeyProgress;
import io.parley.webhook.send.Endpoints;
import io.parley.webhook.send.WebhookMetrics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import livekit.LivekitModels.ParticipantInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes events from the log into the store: a delivery for each endpoint that wants one. An event is taken when the store
 * has its deliveries; of what comes again nothing is taken twice.
 */
public final class EventIntake implements EventLog.Reader {
    /** Another replica took events of the key meanwhile: only while the group is being shared out anew. */
    private static final int MAX_ATTEMPTS = 5;

    private static final Logger log = LoggerFactory.getLogger(EventIntake.class);

    private final LogThrottle overflows = new LogThrottle();
    private final DeliveryStore store;
    private final Endpoints endpoints;
    private final LongSupplier wallMs;
    private final boolean isFullRoom;
    private final WebhookMetrics metrics;
    private final Runnable onTaken;

    /**
     * @param wallMs milliseconds since 1970
     * @param isFullRoom whether events of tracks have the whole room
     * @param onTaken called when there may be something to send
     */
    public EventIntake(
            DeliveryStore store,
            Endpoints endpoints,
            LongSupplier wallMs,
            boolean isFullRoom,
            WebhookMetrics metrics,
            Runnable onTaken) {
        this.store = store;
        this.endpoints = endpoints;
        this.wallMs = wallMs;
        this.isFullRoom = isFullRoom;
        this.metrics = metrics;
        this.onTaken = onTaken;
    }

    @Override
    public CompletionStage<Void> onEvents(List<Event> events) {
        Map<String, List<Event>> byKey = new LinkedHashMap<>();
        events.forEach(event ->
                byKey.computeIfAbsent(event.key(), key -> new ArrayList<>()).add(event));
        return endpoints.current().thenCompose(current -> {
            CompletableFuture<?>[] taken = byKey.entrySet().stream()
                    .map(entry -> take(entry.getKey(), entry.getValue(), current, MAX_ATTEMPTS)
                            .toCompletableFuture())
                    .toArray(CompletableFuture[]::new);
            return CompletableFuture.allOf(taken).thenRun(onTaken);
        });
    }

    private CompletionStage<Void> take(String key, List<Event> events, List<EndpointStatus> current, int attempts) {
        return store.progress(key)
                .thenCompose(progress -> present(key, progress, events).thenCompose(present -> {
                    Occupancy occupancy = new Occupancy(key, progress, present);
                    events.forEach(occupancy::onEvent);
                    return enqueue(progress, occupancy, key, current);
                }))
                .thenCompose(overflowed -> {
                    if (overflowed.isPresent()) {
                        onOverflow(key, overflowed.get());
                        return CompletableFuture.completedFuture(null);
                    }
                    return attempts > 1
                            ? take(key, events, current, attempts - 1)
                            : CompletableFuture.failedStage(new IllegalStateException("others take events of " + key));
                });
    }

    private void onOverflow(String key, int count) {
        metrics.onOverflow(count);
        if (count > 0 && overflows.tryPass()) {
            log.atWarn()
                    .addKeyValue("key", key)
                    .addKeyValue("count", count)
                    .log("an endpoint's queue is full: what happens is kept for it as dead, and may be replayed");
        }
    }

    private CompletionStage<Optional<Integer>> enqueue(
            KeyProgress before, Occupancy occupancy, String key, List<EndpointStatus> current) {
        return store.enqueue(new Intake(
                key,
                before,
                occupancy.progress(),
                occupancy.joined(),
                occupancy.left(),
                deliveries(occupancy.told(), current)));
    }

    private CompletionStage<Map<String, ParticipantInfo>> present(
            String key, KeyProgress progress, List<Event> events) {
        return Occupancy.needsEverybody(progress, events)
                ? store.present(key)
                : store.present(key, Occupancy.identities(events));
    }

    private List<Delivery> deliveries(List<Event> events, List<EndpointStatus> current) {
        List<Delivery> deliveries = new ArrayList<>();
        for (Event event : events) {
            String body = null;
            for (EndpointStatus status : current) {
                if (status.isOn() && status.endpoint().accepts(event)) {
                    body = body == null ? Payload.of(event, isFullRoom) : body;
                    deliveries.add(new Delivery(
                            status.endpoint().id(),
                            event.id(),
                            event.type(),
                            event.key(),
                            event.epoch(),
                            event.sequence(),
                            event.atMs(),
                            body,
                            wallMs.getAsLong(),
                            0,
                            List.of()));
                }
            }
        }
        return deliveries;
    }
}
