// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.security;

import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.SecretKey;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jose.jws.MacAlgorithm;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.JwtValidationException;
import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.NimbusReactiveJwtDecoder;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import reactor.core.publisher.Mono;

/**
 * Verifies HS256 access tokens with the secret of the API key that the issuer names; they have to expire some day, and 60 s
 * of clock skew are forgiven. A token that comes again is not verified again, but its times are looked at each time, and so is
 * whether the key is still what it was. Refuses in LiveKit's words, and never in the token's own.
 */
public final class ApiKeyJwtDecoder implements ReactiveJwtDecoder {
    private final ApiKeys keys;
    private final Map<SecretKey, NimbusReactiveJwtDecoder> decoders = new ConcurrentHashMap<>();
    private final VerifiedTokens verified = new VerifiedTokens();

    private final OAuth2TokenValidator<Jwt> claims;

    public ApiKeyJwtDecoder(ApiKeys keys) {
        this(keys, Clock.systemUTC());
    }

    ApiKeyJwtDecoder(ApiKeys keys, Clock clock) {
        this.keys = keys;
        JwtTimestampValidator times = new JwtTimestampValidator();
        times.setClock(clock);
        this.claims = JwtValidators.createDefaultWithValidators(List.of(ApiKeyJwtDecoder::requireExpiry, times));
    }

    @Override
    public Mono<Jwt> decode(String token) {
        Jwt known = verified.find(token, keys);
        if (known != null) {
            return recheck(token, known);
        }
        String issuer;
        try {
            JWT parsed = JWTParser.parse(token);
            if (parsed instanceof SignedJWT signed && !isSpelledRight(token, signed)) {
                return Mono.error(invalid("token is malformed"));
            }
            issuer = parsed.getJWTClaimsSet().getIssuer();
        } catch (ParseException e) {
            return Mono.error(invalid("token is malformed"));
        }
        SecretKey key = issuer == null ? null : keys.macKey(issuer);
        if (issuer == null || key == null) {
            return Mono.error(new BadJwtException("invalid API key"));
        }
        return decoders.computeIfAbsent(key, this::decoder)
                .decode(token)
                .doOnNext(good -> verified.add(token, good, issuer, key))
                .onErrorMap(JwtException.class, error -> invalid(reason(error)));
    }

    /** It was good, and may have expired since. */
    private Mono<Jwt> recheck(String text, Jwt token) {
        OAuth2TokenValidatorResult result = claims.validate(token);
        if (!result.hasErrors()) {
            return Mono.just(token);
        }
        verified.forget(text);
        return Mono.error(invalid(reason(result.getErrors())));
    }

    /**
     * Nimbus passes over what is no base64url (RFC 7515 s.2) in a signature, and over spaces around a token: one good token
     * would have any number of spellings, each good, and each kept.
     */
    private static boolean isSpelledRight(String token, SignedJWT parsed) {
        return token.equals(token.trim())
                && token.endsWith("." + Base64URL.encode(parsed.getSignature().decode()));
    }

    private NimbusReactiveJwtDecoder decoder(SecretKey key) {
        NimbusReactiveJwtDecoder decoder = NimbusReactiveJwtDecoder.withSecretKey(key)
                .macAlgorithm(MacAlgorithm.HS256)
                .build();
        decoder.setJwtValidator(claims);
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
        return error instanceof JwtValidationException invalid
                ? reason(invalid.getErrors())
                : "token signature is invalid";
    }

    private static String reason(Collection<OAuth2Error> errors) {
        return "token has invalid claims: " + errors.iterator().next().getDescription();
    }

    private static BadJwtException invalid(String reason) {
        return new BadJwtException("invalid authorization token: " + reason);
    }
}
