// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.webhook;

import java.time.Duration;

/**
 * How much is kept of one endpoint, and for how long.
 *
 * @param maxPending deliveries; those beyond are dead at once
 * @param maxPendingBytes the same
 * @param keptDead deliveries that were given up; beyond, the oldest go
 * @param keptDeadBytes the same
 * @param keptDelivered deliveries, without their bodies
 * @param keptFor how long of either
 * @param maxFailureGap between a failure, or the next attempt that it led to, and the next failure, for both to count as one time
 *     of failing
 */
public record DeliveryLimits(
        int maxPending,
        long maxPendingBytes,
        int keptDead,
        long keptDeadBytes,
        int keptDelivered,
        Duration keptFor,
        Duration maxFailureGap) {
    public static final DeliveryLimits DEFAULT =
            new DeliveryLimits(100_000, 256L << 20, 10_000, 64L << 20, 1_000, Duration.ofDays(30), Duration.ofHours(1));
}
