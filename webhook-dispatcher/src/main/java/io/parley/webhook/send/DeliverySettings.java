// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook.send;

import java.time.Duration;

/**
 * @param retryFor since an event was taken in, after which its delivery is given up
 * @param switchOffAfter how long an endpoint may fail without a success before it is switched off
 * @param timeout of a request, from the look-up of its host to the response
 * @param maxRequests under way at a time
 * @param maxRequestsOfEndpoint the same of one endpoint
 */
public record DeliverySettings(
        Duration retryFor, Duration switchOffAfter, Duration timeout, int maxRequests, int maxRequestsOfEndpoint) {
    /** Well beyond what a request may take: who still holds a claim by then has stopped. */
    Duration lease() {
        return timeout.multipliedBy(2).plusSeconds(10);
    }
}
