// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.webhook;

import java.util.ArrayList;
import java.util.List;

/**
 * One event on its way to one endpoint; (endpoint, event) names it.
 *
 * @param endpoint its id
 * @param event the event's id, which its receiver is told as {@code webhook-id}
 * @param key within which the endpoint's deliveries keep their order
 * @param epoch of the event, as is {@code sequence}; 0 for one that the dispatcher made
 * @param atMs when it happened, in milliseconds since 1970
 * @param body the same bytes at each attempt; "" once it is delivered
 * @param enqueuedAtMs since when it is tried, in milliseconds since 1970
 * @param attemptCount how often it was tried
 * @param attempts the last of these, the oldest first
 */
public record Delivery(
        String endpoint,
        String event,
        String type,
        String key,
        long epoch,
        long sequence,
        long atMs,
        String body,
        long enqueuedAtMs,
        int attemptCount,
        List<Attempt> attempts) {
    static final int KEPT_ATTEMPTS = 20;

    public enum State {
        /** Waits, is sent, or waits for its next attempt. */
        PENDING,
        DELIVERED,
        /** Given up. With no attempts: it found no room. */
        DEAD
    }

    public Delivery {
        attempts = List.copyOf(attempts);
    }

    public Delivery withAttempt(Attempt attempt) {
        List<Attempt> kept = new ArrayList<>(attempts);
        kept.add(attempt);
        return with(
                body,
                enqueuedAtMs,
                attemptCount + 1,
                kept.subList(Math.max(0, kept.size() - KEPT_ATTEMPTS), kept.size()));
    }

    public Delivery withoutBody() {
        return with("", enqueuedAtMs, attemptCount, attempts);
    }

    /** To be tried for as long as a new one. */
    public Delivery again(long nowMs) {
        return with(body, nowMs, 0, attempts);
    }

    private Delivery with(String body, long enqueuedAtMs, int attemptCount, List<Attempt> attempts) {
        return new Delivery(
                endpoint, event, type, key, epoch, sequence, atMs, body, enqueuedAtMs, attemptCount, attempts);
    }
}
