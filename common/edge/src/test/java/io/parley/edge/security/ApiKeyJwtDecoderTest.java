// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;

/** LiveKit's refusals, which SDKs show to people. */
class ApiKeyJwtDecoderTest {
    private static final String SECRET = "a secret of thirty-two characters";
    private final ApiKeyJwtDecoder decoder = new ApiKeyJwtDecoder(new ApiKeys(Map.of("key", SECRET)));

    @Test
    void saysWhyInLiveKitsWords() throws Exception {
        JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder().issuer("key").subject("alice");
        assertRefused(
                sign(claims.build(), SECRET),
                "invalid authorization token: token has invalid claims: token is missing required claim: exp claim is required");
        claims.expirationTime(Date.from(Instant.now().plusSeconds(60)));
        assertThat(decoder.decode(sign(claims.build(), SECRET)).block().getSubject())
                .isEqualTo("alice");
        assertRefused(
                sign(claims.build(), "another secret that is long enough"),
                "invalid authorization token: token signature is invalid");
        assertRefused(sign(claims.issuer("other").build(), SECRET), "invalid API key");
        assertRefused("not.a.token", "invalid authorization token: token is malformed");
        claims.issuer("key").expirationTime(Date.from(Instant.now().minusSeconds(3600)));
        String expired = sign(claims.build(), SECRET);
        assertThatThrownBy(() -> decoder.decode(expired).block())
                .hasMessageStartingWith("invalid authorization token: token has invalid claims: ")
                .hasMessageContaining("expired")
                .hasMessageNotContaining(expired.substring(0, 10));
    }

    @Test
    void aTokenThatWasGoodIsRefusedOnceItHasExpired() throws Exception {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
        InstantSource source = now::get;
        ApiKeyJwtDecoder timed =
                new ApiKeyJwtDecoder(new ApiKeys(Map.of("key", SECRET)), source.withZone(ZoneOffset.UTC));
        Date end = Date.from(Instant.EPOCH.plusSeconds(100));
        String token = sign(
                new JWTClaimsSet.Builder()
                        .issuer("key")
                        .subject("alice")
                        .expirationTime(end)
                        .build(),
                SECRET);
        Jwt first = timed.decode(token).block();
        now.set(Instant.EPOCH.plusSeconds(159));
        assertThat(timed.decode(token).block()).as("not verified again").isSameAs(first);
        now.set(Instant.EPOCH.plusSeconds(161));
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> timed.decode(token).block())
                    .hasMessageStartingWith("invalid authorization token: token has invalid claims: ")
                    .hasMessageContaining("expired");
        }
    }

    /** Whoever has one good token would have had as many as he liked, and filled with them what is kept of good ones. */
    @Test
    void aTokenHasOneSpelling() throws Exception {
        Date end = Date.from(Instant.now().plusSeconds(60));
        String token = sign(
                new JWTClaimsSet.Builder().issuer("key").expirationTime(end).build(), SECRET);
        String signature = token.substring(token.lastIndexOf('.') + 1);
        for (String spelling : List.of(
                token + " ", " " + token, token + "\\", token.replace(signature, "\\" + signature), token + "=")) {
            assertRefused(spelling, "invalid authorization token: token is malformed");
        }
        char last = token.charAt(token.length() - 1); // two bits of it are of no byte
        for (char other = '0'; other <= 'z'; other++) {
            String spelling = token.substring(0, token.length() - 1) + other;
            if (other != last) {
                assertThatThrownBy(() -> decoder.decode(spelling).block()).isInstanceOf(BadJwtException.class);
            }
        }
    }

    private void assertRefused(String token, String message) {
        assertThatThrownBy(() -> decoder.decode(token).block())
                .isInstanceOf(BadJwtException.class)
                .hasMessage(message);
    }

    private static String sign(JWTClaimsSet claims, String secret) throws Exception {
        SignedJWT token = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims);
        token.sign(new MACSigner(secret));
        return token.serialize();
    }
}
