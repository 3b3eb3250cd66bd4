// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook.send;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.cluster.webhook.SigningSecret;
import io.parley.cluster.webhook.WebhookEndpoint;
import io.parley.edge.security.AccessTokens;
import io.parley.edge.security.ApiKeys;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** By which a receiver knows whom a request is from: LiveKit's JWT over the body's hash, and Standard Webhooks' signature. */
final class Signatures {
    /** As LiveKit's. */
    private static final Duration TOKEN_LIFETIME = Duration.ofMinutes(5);

    private final ApiKeys keys;

    Signatures(ApiKeys keys) {
        this.keys = keys;
    }

    /** Whether its API key is one of ours still. */
    boolean canSign(WebhookEndpoint endpoint) {
        return keys.isKnown(endpoint.apiKey());
    }

    /** The Authorization header, which with LiveKit has no "Bearer". @throws IllegalArgumentException if the API key is unknown */
    String authorization(WebhookEndpoint endpoint, byte[] body, Instant now) {
        return AccessTokens.mintForBody(keys, endpoint.apiKey(), body, now, TOKEN_LIFETIME);
    }

    /** The header webhook-signature: one for each secret that is valid now, so that receivers may change theirs at leisure. */
    String standard(WebhookEndpoint endpoint, String id, byte[] body, Instant now) {
        byte[] prefix = (id + "." + now.getEpochSecond() + ".").getBytes(UTF_8);
        return secrets(endpoint, now).stream()
                .map(secret -> "v1," + hmac(secret, prefix, body))
                .collect(Collectors.joining(" "));
    }

    private List<byte[]> secrets(WebhookEndpoint endpoint, Instant now) {
        List<byte[]> valid = endpoint.secrets().stream()
                .filter(secret -> secret.isValid(now.toEpochMilli()))
                .map(SigningSecret::key)
                .toList();
        return valid.isEmpty() ? List.of(keys.secret(endpoint.apiKey()).getBytes(UTF_8)) : valid;
    }

    private static String hmac(byte[] secret, byte[] prefix, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            mac.update(prefix);
            return Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HMAC-SHA256", e);
        }
    }
}
