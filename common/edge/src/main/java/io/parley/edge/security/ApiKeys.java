// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.security;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** API keys with their secrets; a token's issuer names the key. */
public final class ApiKeys {
    /** HS256 wants as much key as digest (RFC 7518 s.3.2). */
    private static final int KEY_BYTES = 32;

    private static final Map<String, String> DEVELOPMENT = Map.of("devkey", "secret");

    private final Map<String, String> secrets;

    /** @param secrets by key; secrets shorter than 32 characters are for development only */
    public ApiKeys(Map<String, String> secrets) {
        this.secrets = Collections.unmodifiableMap(new LinkedHashMap<>(secrets));
    }

    /** @param development where a weak secret will do, and LiveKit's well-known pair where there is none */
    public static ApiKeys of(Map<String, String> secrets, boolean development) {
        return !development ? strong(secrets) : new ApiKeys(secrets.isEmpty() ? DEVELOPMENT : secrets);
    }

    /** @throws IllegalArgumentException naming a key that is too weak to stand on a network */
    public static ApiKeys strong(Map<String, String> secrets) {
        if (secrets.isEmpty()) {
            throw new IllegalArgumentException(
                    "parley.keys is empty: add a key with a secret of 32 characters or more");
        }
        secrets.forEach((key, secret) -> {
            if (secret.length() < KEY_BYTES) {
                throw new IllegalArgumentException("the secret of parley.keys." + key
                        + " is shorter than 32 characters: make one with `openssl rand -base64 36`");
            }
        });
        return new ApiKeys(secrets);
    }

    /** The one that was configured first, with its secret. */
    public Map.Entry<String, String> first() {
        return secrets.entrySet().iterator().next();
    }

    /** In the order of the configuration. */
    public Set<String> names() {
        return secrets.keySet();
    }

    public boolean isKnown(String apiKey) {
        return secrets.containsKey(apiKey);
    }

    /** @throws IllegalArgumentException if the API key is unknown */
    public String secret(String apiKey) {
        String secret = secrets.get(apiKey);
        if (secret == null) {
            throw new IllegalArgumentException("no such API key: " + apiKey);
        }
        return secret;
    }

    /** The MAC key, or null if the API key is unknown. HMAC pads short keys with zeros itself, so padding changes nothing. */
    @Nullable
    SecretKey macKey(String apiKey) {
        String secret = secrets.get(apiKey);
        if (secret == null) {
            return null;
        }
        byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
        return new SecretKeySpec(Arrays.copyOf(bytes, Math.max(bytes.length, KEY_BYTES)), "HmacSHA256");
    }

    @Override
    public String toString() {
        return "ApiKeys" + secrets.keySet(); // never the secrets
    }
}
