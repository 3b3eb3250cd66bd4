// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.webhook;

/**
 * An endpoint and how it does.
 *
 * @param failingSinceMs of the first failure since the last success, in milliseconds since 1970; 0 if the last attempt
 *     succeeded
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
