// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.webhook;

import java.util.Base64;

/**
 * A key of Standard Webhooks' signature.
 *
 * @param text "whsec_" and the key in base64
 * @param validUntilMs milliseconds since 1970 from which on it signs no more; 0 for never
 */
public record SigningSecret(String text, long validUntilMs) {
    public static final String PREFIX = "whsec_";
    private static final int MIN_BYTES = 24;
    private static final int MAX_BYTES = 64;

    /** @throws IllegalArgumentException if it is none; the message does not repeat it */
    public SigningSecret {
        int length = length(text);
        if (length < MIN_BYTES || length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "it may be whsec_ and 24 to 64 bytes in base64: echo whsec_$(openssl rand -base64 32)");
        }
    }

    /** 0 of what is none. */
    private static int length(String text) {
        try {
            return text.startsWith(PREFIX) ? Base64.getDecoder().decode(text.substring(PREFIX.length())).length : 0;
        } catch (IllegalArgumentException noBase64) {
            return 0;
        }
    }

    public static SigningSecret of(byte[] key) {
        return new SigningSecret(PREFIX + Base64.getEncoder().encodeToString(key), 0);
    }

    public byte[] key() {
        return Base64.getDecoder().decode(text.substring(PREFIX.length()));
    }

    public boolean isValid(long nowMs) {
        return validUntilMs == 0 || nowMs < validUntilMs;
    }

    @Override
    public String toString() {
        return "SigningSecret[…]"; // never the secret
    }
}
