// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook.send;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.parley.cluster.webhook.DeliveryStore.Outcome;
import io.parley.cluster.webhook.EndpointStatus;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What the dispatcher counts. Queues are the store's, and so the same at every replica. */
public final class WebhookMetrics {
    private final Map<Outcome, Counter> attempts = new EnumMap<>(Outcome.class);
    private final Counter overflowed;
    private final Counter switchedOff;
    private final Timer latency;
    private final AtomicInteger pending = new AtomicInteger();
    private final AtomicInteger dead = new AtomicInteger();
    private final AtomicInteger off = new AtomicInteger();
    private final AtomicLong oldestMs = new AtomicLong();

    public WebhookMetrics(MeterRegistry meters) {
        for (Outcome outcome : Outcome.values()) {
            attempts.put(
                    outcome,
                    Counter.builder("parley.webhook.attempts")
                            .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                            .register(meters));
        }
        overflowed = meters.counter("parley.webhook.overflowed");
        switchedOff = meters.counter("parley.webhook.switched.off");
        latency = Timer.builder("parley.webhook.latency")
                .serviceLevelObjectives(
                        Duration.ofMillis(10),
                        Duration.ofMillis(50),
                        Duration.ofMillis(100),
                        Duration.ofMillis(500),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(5),
                        Duration.ofMinutes(1),
                        Duration.ofMinutes(10))
                .register(meters);
        Gauge.builder("parley.webhook.pending", pending, AtomicInteger::get).register(meters);
        Gauge.builder("parley.webhook.dead", dead, AtomicInteger::get).register(meters);
        Gauge.builder("parley.webhook.endpoints.off", off, AtomicInteger::get).register(meters);
        Gauge.builder("parley.webhook.oldest.ms", oldestMs, AtomicLong::get).register(meters);
    }

    /** Deliveries that found no room in an endpoint's queue. */
    public void onOverflow(int count) {
        overflowed.increment(count);
    }

    void onAttempt(Outcome outcome) {
        Counter counter = attempts.get(outcome);
        if (counter != null) {
            counter.increment();
        }
    }

    /** @param ms from the event to the response of its receiver */
    void onDelivered(long ms) {
        latency.record(Duration.ofMillis(Math.max(0, ms)));
    }

    void onSwitchedOff() {
        switchedOff.increment();
    }

    void onStatuses(List<EndpointStatus> statuses, long nowMs) {
        pending.set(statuses.stream().mapToInt(EndpointStatus::pending).sum());
        dead.set(statuses.stream().mapToInt(EndpointStatus::dead).sum());
        off.set((int) statuses.stream().filter(status -> !status.isOn()).count());
        oldestMs.set(statuses.stream()
                .filter(status -> status.oldestAtMs() != 0)
                .mapToLong(status -> Math.max(0, nowMs - status.oldestAtMs()))
                .max()
                .orElse(0));
    }
}
