// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.security;

import com.nimbusds.jwt.JWTParser;
import java.text.ParseException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.SecretKey;
import org.springframework.security.oauth2.jose.jws.MacAlgorithm;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.NimbusReactiveJwtDecoder;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import reactor.core.publisher.Mono;

/** Verifies HS256 access tokens with the secret of the API key that the issuer names; 60 s of clock skew are forgiven. */
public final class ApiKeyJwtDecoder implements ReactiveJwtDecoder {
    private final ApiKeys keys;
    private final Map<String, NimbusReactiveJwtDecoder> decoders = new ConcurrentHashMap<>();

    public ApiKeyJwtDecoder(ApiKeys keys) {
        this.keys = keys;
    }

    @Override
    public Mono<Jwt> decode(String token) {
        String issuer;
        try {
            issuer = JWTParser.parse(token).getJWTClaimsSet().getIssuer();
        } catch (ParseException e) {
            return Mono.error(new BadJwtException("invalid authorization token", e));
        }
        SecretKey key = issuer == null ? null : keys.macKey(issuer);
        if (issuer == null || key == null) {
            return Mono.error(new BadJwtException("invalid API key"));
        }
        return decoders.computeIfAbsent(
                        issuer,
                        unused -> NimbusReactiveJwtDecoder.withSecretKey(key)
                                .macAlgorithm(MacAlgorithm.HS256)
                                .build())
                .decode(token);
    }
}
