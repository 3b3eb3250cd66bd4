// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.webhook;

/**
 * One request to an endpoint.
 *
 * @param atMs milliseconds since 1970
 * @param latencyMs until the response's head, or the failure
 * @param status of HTTP; 0 without a response
 * @param error why there was none, as a word or two; "" with one
 */
public record Attempt(long atMs, long latencyMs, int status, String error) {
    public boolean isSuccess() {
        return status >= 200 && status < 300;
    }
}
