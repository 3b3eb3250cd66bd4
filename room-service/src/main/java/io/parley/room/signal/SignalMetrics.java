// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.signal;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.publisher.Mono;

/** The front door's numbers of joins, under LiveKit's names. Safe for any threads. */
public final class SignalMetrics {
    private static final double[] BUCKETS_MS = {5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000};

    /** Clients may say anything, and each value is a time series. */
    private static final int MAX_PROTOCOL = 32;

    private final MeterRegistry meters;
    private final Counter connected;
    private final Counter failed;
    private final Counter refused;
    private final Counter shed;
    private final AtomicInteger open = new AtomicInteger();

    public SignalMetrics(MeterRegistry meters) {
        this.meters = meters;
        this.connected = joins("signal_connected");
        this.failed = joins("signal_failed");
        this.refused = joins("signal_validation_failed");
        this.shed = joins("signal_shed");
        Gauge.builder("parley.signal.connections", open, AtomicInteger::get)
                .description("Signal streams of clients that are open")
                .register(meters);
    }

    private Counter joins(String state) {
        return Counter.builder("livekit.participant.join")
                .description(
                        "Joins by how far they came. Many signal_failed: no node, or nodes that don't answer. signal_shed:"
                                + " more at once than parley.http.max-pending-joins, or than the process can keep up with")
                .tag("state", state)
                .register(meters);
    }

    /** The token or the request is no good. */
    void onRefused() {
        refused.increment();
    }

    /** Too many were under way, or too much else is. */
    void onShed() {
        shed.increment();
    }

    /** No node took the session. */
    void onFailed() {
        failed.increment();
    }

    /** The node's first response is there. @param protocol of the client */
    void onConnected(int protocol, Duration after) {
        connected.increment();
        DistributionSummary.builder("livekit.session.join.latency.ms")
                .description("From a join's request to its first response")
                .tag("protocol_version", String.valueOf(Math.clamp(protocol, 0, MAX_PROTOCOL)))
                .serviceLevelObjectives(BUCKETS_MS)
                .register(meters)
                .record(after.toNanos() / 1e6);
    }

    /** Counts a signal stream for as long as it runs. */
    Mono<Void> whileOpen(Mono<Void> stream) {
        return stream.doFirst(open::incrementAndGet).doFinally(end -> open.decrementAndGet());
    }
}
