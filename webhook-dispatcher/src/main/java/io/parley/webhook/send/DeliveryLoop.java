// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook.send;

import io.parley.cluster.LogThrottle;
import io.parley.cluster.webhook.Attempt;
import io.parley.cluster.webhook.Delivery;
import io.parley.cluster.webhook.DeliveryStore;
import io.parley.cluster.webhook.DeliveryStore.Claim;
import io.parley.cluster.webhook.DeliveryStore.Outcome;
import io.parley.cluster.webhook.EndpointStatus;
import io.parley.cluster.webhook.WebhookEndpoint;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Claims what is due, sends it, and says what became of it. An endpoint that hangs holds its own share of the requests and
 * never more than half of what is free, so that others always find some.
 *
 * <p>{@link #pass} is called by one thread at a time; the rest happens on the sender's and the store's threads.
 */
public final class DeliveryLoop {
    private static final Logger log = LoggerFactory.getLogger(DeliveryLoop.class);

    private final String worker;
    private final DeliveryStore store;
    private final Endpoints endpoints;
    private final WebhookSender sender;
    private final RetryPolicy policy;
    private final DeliverySettings settings;
    private final LongSupplier wallMs;
    private final WebhookMetrics metrics;
    private final Runnable onSettled;
    private final OffNotice notice;
    private final AtomicInteger underWay = new AtomicInteger();
    private final Map<String, AtomicInteger> underWayByEndpoint = new ConcurrentHashMap<>();
    private final LogThrottle failures = new LogThrottle();

    /**
     * @param worker unlike that of any other loop of the store
     * @param wallMs milliseconds since 1970
     * @param onSettled called on any thread when another pass may find something
     */
    public DeliveryLoop(
            String worker,
            DeliveryStore store,
            Endpoints endpoints,
            WebhookSender sender,
            RandomGenerator random,
            DeliverySettings settings,
            LongSupplier wallMs,
            WebhookMetrics metrics,
            Runnable onSettled) {
        this.worker = worker;
        this.store = store;
        this.endpoints = endpoints;
        this.sender = sender;
        this.policy = new RetryPolicy(settings.retryFor(), random);
        this.settings = settings;
        this.wallMs = wallMs;
        this.metrics = metrics;
        this.onSettled = onSettled;
        this.notice = new OffNotice(store);
    }

    /**
     * Starts what is due and finds room. Waits for the store, never for an endpoint.
     *
     * @return how many requests were started
     * @throws CompletionException while the store can't be reached
     */
    public int pass() {
        List<EndpointStatus> statuses = endpoints.recent().toCompletableFuture().join();
        metrics.onStatuses(statuses, wallMs.getAsLong());
        Map<String, WebhookEndpoint> byId = new HashMap<>();
        statuses.stream()
                .filter(EndpointStatus::isOn)
                .forEach(status -> byId.put(status.endpoint().id(), status.endpoint()));
        underWayByEndpoint.values().removeIf(count -> count.get() == 0);
        List<Claim> claims = store.claim(worker, slots(byId), settings.lease())
                .toCompletableFuture()
                .join();
        claims.forEach(claim -> {
            WebhookEndpoint endpoint = byId.get(claim.delivery().endpoint());
            if (endpoint != null) {
                start(endpoint, claim);
            }
        });
        return claims.size();
    }

    private Map<String, Integer> slots(Map<String, WebhookEndpoint> byId) {
        Map<String, Integer> slots = new HashMap<>();
        int free = settings.maxRequests() - underWay.get();
        for (String id : byId.keySet()) {
            int share = Math.min(settings.maxRequestsOfEndpoint() - count(id).get(), (free + 1) / 2);
            if (share > 0) {
                slots.put(id, share);
                free -= share;
            }
        }
        return slots;
    }

    private AtomicInteger count(String endpoint) {
        return underWayByEndpoint.computeIfAbsent(endpoint, id -> new AtomicInteger());
    }

    private void start(WebhookEndpoint endpoint, Claim claim) {
        AtomicInteger ofEndpoint = count(endpoint.id());
        underWay.incrementAndGet();
        ofEndpoint.incrementAndGet();
        long atMs = wallMs.getAsLong();
        sender.send(endpoint, claim.delivery())
                .thenCompose(reply -> {
                    long nowMs = wallMs.getAsLong();
                    Delivery tried = claim.delivery()
                            .withAttempt(new Attempt(atMs, nowMs - atMs, reply.status(), reply.error()));
                    RetryPolicy.Verdict verdict = policy.judge(tried, reply, nowMs);
                    return store.settle(claim, tried, verdict.outcome(), verdict.delay())
                            .thenAccept(settled -> settled.ifPresent(
                                    now -> onSettled(endpoint, tried, reply, verdict, now.failingSinceMs(), nowMs)));
                })
                .whenComplete((done, error) -> {
                    underWay.decrementAndGet();
                    ofEndpoint.decrementAndGet();
                    if (error != null && failures.tryPass()) {
                        log.atWarn()
                                .addKeyValue("cause", error)
                                .log("it could not be noted what became of a webhook: it will be sent again");
                    }
                    onSettled.run();
                });
    }

    private void onSettled(
            WebhookEndpoint endpoint,
            Delivery tried,
            Reply reply,
            RetryPolicy.Verdict verdict,
            long failingSinceMs,
            long nowMs) {
        metrics.onAttempt(verdict.outcome());
        if (verdict.outcome() == Outcome.DELIVERED) {
            metrics.onDelivered(nowMs - tried.atMs());
            return;
        }
        if (verdict.outcome() == Outcome.DEAD) {
            log.atWarn()
                    .addKeyValue("endpoint", endpoint.id())
                    .addKeyValue("event", tried.event())
                    .addKeyValue("type", tried.type())
                    .addKeyValue("attempts", tried.attemptCount())
                    .addKeyValue("last", reply.status() == 0 ? reply.error() : reply.status())
                    .log("a webhook was given up");
        }
        if (RetryPolicy.isGone(reply)) {
            switchOff(endpoint, "it answered 410: gone", nowMs);
        } else if (failingSinceMs != 0
                && nowMs - failingSinceMs >= settings.switchOffAfter().toMillis()) {
            switchOff(endpoint, "it failed for " + settings.switchOffAfter().toHours() + " hours", nowMs);
        }
    }

    private void switchOff(WebhookEndpoint endpoint, String reason, long nowMs) {
        store.switchOff(endpoint.id(), reason).thenAccept(wasOn -> {
            if (wasOn) {
                metrics.onSwitchedOff();
                log.atWarn()
                        .addKeyValue("endpoint", endpoint.id())
                        .addKeyValue("reason", reason)
                        .log("an endpoint of webhooks is switched off");
                notice.tell(endpoint, reason, nowMs);
            }
        });
    }

    /** Requests that were not answered yet. */
    int underWay() {
        return underWay.get();
    }
}
