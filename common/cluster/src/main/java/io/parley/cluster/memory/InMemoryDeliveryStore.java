// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.memory;

import io.parley.cluster.webhook.Delivery;
import io.parley.cluster.webhook.DeliveryLimits;
import io.parley.cluster.webhook.DeliveryStore;
import io.parley.cluster.webhook.EndpointStatus;
import io.parley.cluster.webhook.Intake;
import io.parley.cluster.webhook.KeyProgress;
import io.parley.cluster.webhook.WebhookEndpoint;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import livekit.LivekitModels.ParticipantInfo;
import org.jspecify.annotations.Nullable;

/** A store of deliveries that lives and dies with its process. Safe for any threads. */
public final class InMemoryDeliveryStore implements DeliveryStore {
    /** What waits of one key for one endpoint: ids of events. */
    private static final class Lane {
        final Deque<String> events = new ArrayDeque<>();
        long dueAtMs;

        @Nullable
        String holder;
    }

    private record Shelved(Delivery delivery, long sinceMs) {}

    /** Deliveries in one state by event, the oldest first. */
    private static final class Shelf {
        final SequencedMap<String, Shelved> deliveries = new LinkedHashMap<>();
        long bytes;

        void put(Delivery delivery, long nowMs) {
            remove(delivery.event());
            deliveries.put(delivery.event(), new Shelved(delivery, nowMs));
            bytes += delivery.body().length();
        }

        void replace(Delivery delivery) {
            deliveries.computeIfPresent(delivery.event(), (event, old) -> new Shelved(delivery, old.sinceMs));
        }

        @Nullable
        Delivery get(String event) {
            Shelved shelved = deliveries.get(event);
            return shelved == null ? null : shelved.delivery;
        }

        @Nullable
        Delivery remove(String event) {
            Shelved removed = deliveries.remove(event);
            if (removed == null) {
                return null;
            }
            bytes -= removed.delivery.body().length();
            return removed.delivery;
        }

        long oldestAtMs() {
            return deliveries.isEmpty() ? 0 : deliveries.firstEntry().getValue().sinceMs;
        }

        void dropOld(long keptSinceMs) {
            trim(Integer.MAX_VALUE, Long.MAX_VALUE, keptSinceMs);
        }

        void trim(int max, long maxBytes, long keptSinceMs) {
            while (!deliveries.isEmpty()
                    && (deliveries.size() > max || bytes > maxBytes || oldestAtMs() <= keptSinceMs)) {
                remove(deliveries.firstEntry().getKey());
            }
        }
    }

    private static final class Endpoint {
        WebhookEndpoint definition;
        final Map<String, Lane> lanes = new LinkedHashMap<>();
        final Map<Delivery.State, Shelf> shelves = new EnumMap<>(Delivery.State.class);
        long failingSinceMs;
        long failingUntilMs;
        long offSinceMs;
        String offReason = "";

        Endpoint(WebhookEndpoint definition) {
            this.definition = definition;
            for (Delivery.State state : Delivery.State.values()) {
                shelves.put(state, new Shelf());
            }
        }

        Shelf shelf(Delivery.State state) {
            return Objects.requireNonNull(shelves.get(state));
        }

        void push(Delivery delivery, long nowMs) {
            shelf(Delivery.State.PENDING).put(delivery, nowMs);
            Lane lane = lanes.get(delivery.key());
            if (lane == null) {
                lane = new Lane();
                lane.dueAtMs = nowMs;
                lanes.put(delivery.key(), lane);
            }
            lane.events.add(delivery.event());
        }

        boolean knows(String event) {
            return shelves.values().stream().anyMatch(shelf -> shelf.deliveries.containsKey(event));
        }

        long failingSinceMs(long nowMs) {
            return nowMs < failingUntilMs ? failingSinceMs : 0;
        }

        /** @param untilMs a failure after that is no longer of this time of failing */
        void onFailure(long nowMs, long untilMs) {
            failingSinceMs = nowMs < failingUntilMs ? failingSinceMs : nowMs;
            failingUntilMs = Math.max(failingUntilMs, untilMs);
        }

        EndpointStatus status(long nowMs) {
            Shelf pending = shelf(Delivery.State.PENDING);
            return new EndpointStatus(
                    definition,
                    failingSinceMs(nowMs),
                    offSinceMs,
                    offReason,
                    pending.deliveries.size(),
                    pending.oldestAtMs(),
                    shelf(Delivery.State.DEAD).deliveries.size());
        }
    }

    private record Place(KeyProgress progress, Map<String, ParticipantInfo> present, long forgetAtMs) {}

    private final LongSupplier wallMs;
    private final DeliveryLimits limits;
    private final Map<String, Endpoint> endpoints = new LinkedHashMap<>();
    private final Map<String, Place> places = new HashMap<>();
    private long lastToken;
    private long version;
    private long nextSweepAtMs;

    /** @param wallMs milliseconds since 1970 */
    public InMemoryDeliveryStore(LongSupplier wallMs, DeliveryLimits limits) {
        this.wallMs = wallMs;
        this.limits = limits;
    }

    private synchronized <T> CompletionStage<T> atomically(Supplier<T> operation) {
        return CompletableFuture.completedFuture(operation.get());
    }

    @Override
    public CompletionStage<List<EndpointStatus>> endpoints() {
        return atomically(() -> {
            long nowMs = wallMs.getAsLong();
            long keptSinceMs = nowMs - limits.keptFor().toMillis();
            return endpoints.values().stream()
                    .map(endpoint -> {
                        endpoint.shelf(Delivery.State.DELIVERED).dropOld(keptSinceMs);
                        endpoint.shelf(Delivery.State.DEAD).dropOld(keptSinceMs);
                        return endpoint.status(nowMs);
                    })
                    .toList();
        });
    }

    @Override
    public CompletionStage<Long> version() {
        return atomically(() -> version);
    }

    @Override
    public CompletionStage<Boolean> put(WebhookEndpoint endpoint) {
        return atomically(() -> {
            version++;
            Endpoint known = endpoints.get(endpoint.id());
            if (known != null) {
                known.definition = endpoint;
                return true;
            }
            long others = endpoints.values().stream()
                    .filter(other -> other.definition.origin() == endpoint.origin()
                            && other.definition.apiKey().equals(endpoint.apiKey()))
                    .count();
            if (others >= (endpoint.origin() == WebhookEndpoint.Origin.ROOM ? MAX_ENDPOINTS_OF_ROOMS : MAX_ENDPOINTS)) {
                return false;
            }
            endpoints.put(endpoint.id(), new Endpoint(endpoint));
            return true;
        });
    }

    @Override
    public CompletionStage<Void> configure(List<WebhookEndpoint> configured) {
        return atomically(() -> {
                    version++;
                    Set<String> ids =
                            configured.stream().map(WebhookEndpoint::id).collect(Collectors.toSet());
                    endpoints
                            .values()
                            .removeIf(endpoint ->
                                    endpoint.definition.isConfigured() && !ids.contains(endpoint.definition.id()));
                    configured.forEach(
                            endpoint -> endpoints.computeIfAbsent(endpoint.id(), id -> new Endpoint(endpoint))
                                    .definition = endpoint);
                    return true;
                })
                .thenAccept(done -> {});
    }

    @Override
    public CompletionStage<Boolean> remove(String endpoint) {
        return atomically(() -> {
            version++;
            return endpoints.remove(endpoint) != null;
        });
    }

    @Override
    public CompletionStage<Boolean> switchOff(String endpoint, String reason) {
        return atomically(() -> {
            version++;
            Endpoint known = endpoints.get(endpoint);
            if (known == null || known.offSinceMs != 0) {
                return false;
            }
            known.offSinceMs = wallMs.getAsLong();
            known.offReason = reason;
            return true;
        });
    }

    @Override
    public CompletionStage<Boolean> switchOn(String endpoint) {
        return atomically(() -> {
            version++;
            Endpoint known = endpoints.get(endpoint);
            if (known == null || known.offSinceMs == 0) {
                return false;
            }
            known.offSinceMs = 0;
            known.offReason = "";
            known.failingUntilMs = 0;
            return true;
        });
    }

    @Override
    public CompletionStage<KeyProgress> progress(String key) {
        return atomically(() -> place(key).progress());
    }

    @Override
    public CompletionStage<Map<String, ParticipantInfo>> present(String key, Collection<String> identities) {
        return present(key).thenApply(everybody -> {
            Map<String, ParticipantInfo> found = new HashMap<>(everybody);
            found.keySet().retainAll(identities);
            return found;
        });
    }

    @Override
    public CompletionStage<Map<String, ParticipantInfo>> present(String key) {
        return atomically(() -> Map.copyOf(place(key).present()));
    }

    private Place place(String key) {
        Place place = places.get(key);
        return place == null || place.forgetAtMs() <= wallMs.getAsLong()
                ? new Place(KeyProgress.NONE, Map.of(), 0)
                : place;
    }

    @Override
    public CompletionStage<Optional<Integer>> enqueue(Intake intake) {
        return atomically(() -> {
            Place place = place(intake.key());
            if (!place.progress().equals(intake.before())) {
                return Optional.empty();
            }
            long nowMs = wallMs.getAsLong();
            sweep(nowMs);
            if (!intake.after().equals(KeyProgress.NONE)) {
                Map<String, ParticipantInfo> present = new HashMap<>(place.present());
                present.keySet().removeAll(intake.left());
                present.putAll(intake.joined());
                Duration memory = intake.after().isFinished() ? FINISHED_MEMORY : ROOM_MEMORY;
                places.put(intake.key(), new Place(intake.after(), present, nowMs + memory.toMillis()));
            }
            int overflowed = 0;
            for (Delivery delivery : intake.deliveries()) {
                Endpoint endpoint = endpoints.get(delivery.endpoint());
                if (endpoint != null && !endpoint.knows(delivery.event())) {
                    overflowed += take(endpoint, delivery, nowMs) ? 0 : 1;
                }
            }
            return Optional.of(overflowed);
        });
    }

    private boolean take(Endpoint endpoint, Delivery delivery, long nowMs) {
        Shelf pending = endpoint.shelf(Delivery.State.PENDING);
        if (pending.deliveries.size() >= limits.maxPending() || pending.bytes >= limits.maxPendingBytes()) {
            bury(endpoint, delivery, nowMs);
            return false;
        }
        endpoint.push(delivery, nowMs);
        return true;
    }

    private void bury(Endpoint endpoint, Delivery delivery, long nowMs) {
        Shelf dead = endpoint.shelf(Delivery.State.DEAD);
        dead.put(delivery, nowMs);
        dead.trim(
                limits.keptDead(),
                limits.keptDeadBytes(),
                nowMs - limits.keptFor().toMillis());
    }

    private void sweep(long nowMs) {
        if (nowMs >= nextSweepAtMs) {
            nextSweepAtMs = nowMs + Duration.ofMinutes(1).toMillis();
            places.values().removeIf(place -> place.forgetAtMs() <= nowMs);
        }
    }

    @Override
    public CompletionStage<List<Claim>> claim(String worker, Map<String, Integer> slots, Duration lease) {
        return atomically(() -> {
            long nowMs = wallMs.getAsLong();
            List<Claim> claims = new ArrayList<>();
            slots.forEach((id, max) -> {
                Endpoint endpoint = endpoints.get(id);
                if (endpoint == null) {
                    return;
                }
                int left = max;
                for (Iterator<Lane> lanes = endpoint.lanes.values().iterator(); left > 0 && lanes.hasNext(); ) {
                    Lane lane = lanes.next();
                    if (lane.dueAtMs <= nowMs) {
                        lane.dueAtMs = nowMs + lease.toMillis();
                        String token = worker + "#" + ++lastToken;
                        lane.holder = token;
                        Delivery head = endpoint.shelf(Delivery.State.PENDING).get(lane.events.element());
                        claims.add(new Claim(token, Objects.requireNonNull(head)));
                        left--;
                    }
                }
            });
            return claims;
        });
    }

    @Override
    public CompletionStage<Optional<Settled>> settle(Claim claim, Delivery tried, Outcome outcome, Duration delay) {
        return atomically(() -> {
            Endpoint endpoint = endpoints.get(tried.endpoint());
            Lane lane = endpoint == null ? null : endpoint.lanes.get(tried.key());
            if (endpoint == null || lane == null || !claim.token().equals(lane.holder)) {
                return Optional.empty();
            }
            long nowMs = wallMs.getAsLong();
            lane.holder = null;
            if (outcome == Outcome.RETRY) {
                lane.dueAtMs = nowMs + delay.toMillis();
                endpoint.shelf(Delivery.State.PENDING).replace(tried);
            } else {
                pop(endpoint, lane, tried, nowMs);
            }
            if (outcome == Outcome.DELIVERED) {
                Shelf delivered = endpoint.shelf(Delivery.State.DELIVERED);
                delivered.put(tried.withoutBody(), nowMs);
                delivered.trim(
                        limits.keptDelivered(),
                        Long.MAX_VALUE,
                        nowMs - limits.keptFor().toMillis());
                endpoint.failingUntilMs = 0;
            } else {
                endpoint.onFailure(
                        nowMs, nowMs + delay.toMillis() + limits.maxFailureGap().toMillis());
            }
            if (outcome == Outcome.DEAD) {
                bury(endpoint, tried, nowMs);
            }
            return Optional.of(new Settled(endpoint.failingSinceMs(nowMs)));
        });
    }

    /** A lane whose turn is over goes behind the others. */
    private static void pop(Endpoint endpoint, Lane lane, Delivery tried, long nowMs) {
        lane.events.remove();
        endpoint.shelf(Delivery.State.PENDING).remove(tried.event());
        endpoint.lanes.remove(tried.key());
        if (!lane.events.isEmpty()) {
            lane.dueAtMs = nowMs;
            endpoint.lanes.put(tried.key(), lane);
        }
    }

    @Override
    public CompletionStage<List<Delivery>> deliveries(String endpoint, Delivery.State state, int offset, int count) {
        return atomically(() -> {
            Endpoint known = endpoints.get(endpoint);
            return known == null
                    ? List.of()
                    : known.shelf(state).deliveries.sequencedValues().reversed().stream()
                            .skip(offset)
                            .limit(count)
                            .map(Shelved::delivery)
                            .toList();
        });
    }

    @Override
    public CompletionStage<List<Kept>> ofEvent(String event) {
        return atomically(() -> {
            List<Kept> found = new ArrayList<>();
            endpoints
                    .values()
                    .forEach(endpoint -> endpoint.shelves.forEach((state, shelf) -> {
                        Delivery delivery = shelf.get(event);
                        if (delivery != null) {
                            found.add(new Kept(state, delivery));
                        }
                    }));
            return found;
        });
    }

    @Override
    public CompletionStage<Boolean> replay(String endpoint, String event) {
        return atomically(() -> {
            Endpoint known = endpoints.get(endpoint);
            Delivery dead =
                    known == null ? null : known.shelf(Delivery.State.DEAD).remove(event);
            if (known == null || dead == null) {
                return false;
            }
            long nowMs = wallMs.getAsLong();
            known.push(dead.again(nowMs), nowMs);
            return true;
        });
    }
}
