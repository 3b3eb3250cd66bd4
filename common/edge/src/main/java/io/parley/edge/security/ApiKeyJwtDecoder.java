// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.security;

import com.nimbusds.jwt.JWTParser;
import java.text.ParseException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.SecretKey;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jose.jws.MacAlgorithm;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.JwtValidationException;
import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.NimbusReactiveJwtDecoder;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import reactor.core.publisher.Mono;

/**
 * Verifies HS256 access tokens with the secret of the API key that the issuer names; they have to expire some day, and 60 s
 * of clock skew are forgiven. Refuses in LiveKit's words, and never in the token's own.
 */
public final class ApiKeyJwtDecoder implements ReactiveJwtDecoder {
    private static final OAuth2TokenValidator<Jwt> VALIDATOR =
            new DelegatingOAuth2TokenValidator<>(ApiKeyJwtDecoder::requireExpiry, JwtValidators.createDefault());

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
            return Mono.error(invalid("token is malformed"));
        }
        SecretKey key = issuer == null ? null : keys.macKey(issuer);
        if (issuer == null || key == null) {
            return Mono.error(new BadJwtException("invalid API key"));
        }
        return decoders.computeIfAbsent(issuer, unused -> decoder(key))
                .decode(token)
                .onErrorMap(JwtException.class, error -> invalid(reason(error)));
    }

    private static NimbusReactiveJwtDecoder decoder(SecretKey key) {
        NimbusReactiveJwtDecoder decoder = NimbusReactiveJwtDecoder.withSecretKey(key)
                .macAlgorithm(MacAlgorithm.HS256)
                .build();
        decoder.setJwtValidator(VALIDATOR);
        return decoder;
    }

    private static OAuth2TokenValidatorResult requireExpiry(Jwt token) {
        return token.getExpiresAt() != null
                ? OAuth2TokenValidatorResult.success()
                : OAuth2TokenValidatorResult.failure(new OAuth2Error(
                        OAuth2ErrorCodes.INVALID_TOKEN,
                        "token is missing required claim: exp claim is required",
                        null));
    }

    private static String reason(JwtException error) {
        return error instanceof JwtValidationException claims
                ? "token has invalid claims: "
                        + claims.getErrors().iterator().next().getDescription()
                : "token signature is invalid";
    }

    private static BadJwtException invalid(String reason) {
        return new BadJwtException("invalid authorization token: " + reason);
    }
}
