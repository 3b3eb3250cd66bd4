// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.parley.api.token.Grants;
import io.parley.api.token.SipGrant;
import io.parley.api.token.VideoGrant;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.Map;
import javax.crypto.SecretKey;
import livekit.LivekitModels.ParticipantInfo;

/** Mints access tokens as LiveKit's server SDKs do. */
public final class AccessTokens {
    private AccessTokens() {}

    /** @throws IllegalArgumentException if the API key is unknown */
    public static String mint(
            ApiKeys keys, String apiKey, String identity, VideoGrant grant, Instant now, Duration lifetime) {
        Grants grants = new Grants(
                apiKey, identity, "", "", Map.of(), ParticipantInfo.Kind.STANDARD, grant, SipGrant.NONE, Map.of());
        return mint(keys, grants, now, lifetime);
    }

    /** @throws IllegalArgumentException if the API key is unknown */
    public static String mint(ApiKeys keys, Grants grants, Instant now, Duration lifetime) {
        JWTClaimsSet.Builder claims = claims(grants.apiKey(), now, lifetime).subject(grants.identity());
        grants.toClaims().forEach(claims::claim);
        return sign(keys, grants.apiKey(), claims.build());
    }

    /**
     * Of a webhook, as LiveKit signs them: it allows nothing, and says what its body is.
     *
     * @throws IllegalArgumentException if the API key is unknown
     */
    public static String mintForBody(ApiKeys keys, String apiKey, byte[] body, Instant now, Duration lifetime) {
        String hash = Base64.getEncoder().encodeToString(sha256(body));
        return sign(
                keys,
                apiKey,
                claims(apiKey, now, lifetime).claim("sha256", hash).build());
    }

    private static JWTClaimsSet.Builder claims(String apiKey, Instant now, Duration lifetime) {
        return new JWTClaimsSet.Builder()
                .issuer(apiKey)
                .notBeforeTime(Date.from(now))
                .expirationTime(Date.from(now.plus(lifetime)));
    }

    private static String sign(ApiKeys keys, String apiKey, JWTClaimsSet claims) {
        SecretKey key = keys.macKey(apiKey);
        if (key == null) {
            throw new IllegalArgumentException("no such API key: " + apiKey);
        }
        try {
            SignedJWT token = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims);
            token.sign(new MACSigner(key));
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException("HS256 with a 32-byte key", e);
        }
    }

    private static byte[] sha256(byte[] body) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(body);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
