// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook.send;

import java.time.Duration;

/**
 * What became of a request.
 *
 * @param status of HTTP; 0 without a response
 * @param error why there was none, in a word or two; "" with one
 * @param retryAfter what the response asks for, or zero
 */
public record Reply(int status, String error, Duration retryAfter) {
    static Reply of(int status) {
        return new Reply(status, "", Duration.ZERO);
    }

    static Reply failed(String error) {
        return new Reply(0, error, Duration.ZERO);
    }
}
