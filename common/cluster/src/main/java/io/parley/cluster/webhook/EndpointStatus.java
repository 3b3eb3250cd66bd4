// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.webhook;

/**
 * An endpoint and how it does.
 *
 * @param failingSinceMs of the first of the failures without a success and without a gap ({@link DeliveryLimits#maxFailureGap})
 *     until now, in milliseconds since 1970; 0 if there is none: nobody knows how one does that was not tried
 * @param offSinceMs since when it is switched off and nothing is sent; 0 if it is on
 * @param offReason why, or ""
 * @param pending deliveries that wait
 * @param oldestAtMs when the oldest of these was taken in; 0 if there is none
 * @param dead deliveries that were given up, and are kept
 */
public record EndpointStatus(
        WebhookEndpoint endpoint,
        long failingSinceMs,
        long offSinceMs,
        String offReason,
        int pending,
        long oldestAtMs,
        int dead) {
    public boolean isOn() {
        return offSinceMs == 0;
    }
}
