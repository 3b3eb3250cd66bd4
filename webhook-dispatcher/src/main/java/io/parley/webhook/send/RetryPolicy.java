// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook.send;

import io.parley.cluster.webhook.Attempt;
import io.parley.cluster.webhook.Delivery;
import io.parley.cluster.webhook.DeliveryStore.Outcome;
import java.time.Duration;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * What a reply means. Whoever is away, overloaded or slow is tried again for long; who answers and refuses, for a while
 * only: it may have been in the middle of an update, but others of the room wait. Delays double from a second to ten
 * minutes, each drawn evenly from zero to that (full jitter), and are never shorter than what Retry-After asks for.
 */
final class RetryPolicy {
    static final Duration FIRST_DELAY = Duration.ofSeconds(1);
    static final Duration MAX_DELAY = Duration.ofMinutes(10);
    static final Duration MAX_RETRY_AFTER = Duration.ofHours(1);

    /** How long a refusal is tried again. */
    static final Duration REFUSED_FOR = Duration.ofMinutes(10);

    private static final int GONE = 410;

    /** Statuses below 500 that speak of now and not of the request: timeout, too early, too many. */
    private static final Set<Integer> PASSING = Set.of(408, 425, 429);

    private final Duration retryFor;
    private final RandomGenerator random;

    record Verdict(Outcome outcome, Duration delay) {}

    /** @param retryFor since a delivery was taken in, after which it is given up */
    RetryPolicy(Duration retryFor, RandomGenerator random) {
        this.retryFor = retryFor;
        this.random = random;
    }

    /** @param tried with the attempt that the reply is of */
    Verdict judge(Delivery tried, Reply reply, long nowMs) {
        if (reply.status() >= 200 && reply.status() < 300) {
            return new Verdict(Outcome.DELIVERED, Duration.ZERO);
        }
        if (isGone(reply)) {
            return new Verdict(Outcome.DEAD, Duration.ZERO);
        }
        Duration delay = delay(tried.attemptCount());
        if (delay.compareTo(reply.retryAfter()) < 0) {
            delay = reply.retryAfter().compareTo(MAX_RETRY_AFTER) < 0 ? reply.retryAfter() : MAX_RETRY_AFTER;
        }
        long nextMs = nowMs + delay.toMillis();
        return nextMs - tried.enqueuedAtMs() > retryFor.toMillis()
                        || (isRefusal(reply.status()) && nextMs - refusedSinceMs(tried) > REFUSED_FOR.toMillis())
                ? new Verdict(Outcome.DEAD, Duration.ZERO)
                : new Verdict(Outcome.RETRY, delay);
    }

    /** The endpoint says that it is no more. */
    static boolean isGone(Reply reply) {
        return reply.status() == GONE;
    }

    private static boolean isRefusal(int status) {
        return status >= 300 && status < 500 && !PASSING.contains(status);
    }

    /** What waited behind an outage was not refused then. */
    private static long refusedSinceMs(Delivery tried) {
        long sinceMs = tried.attempts().getLast().atMs();
        for (Attempt attempt : tried.attempts().reversed()) {
            if (!isRefusal(attempt.status())) {
                break;
            }
            sinceMs = attempt.atMs();
        }
        return Math.max(sinceMs, tried.enqueuedAtMs());
    }

    private Duration delay(int attempts) {
        long max = FIRST_DELAY.toMillis() << Math.min(attempts - 1, 20);
        return Duration.ofMillis(random.nextLong(Math.min(max, MAX_DELAY.toMillis()) + 1));
    }
}
