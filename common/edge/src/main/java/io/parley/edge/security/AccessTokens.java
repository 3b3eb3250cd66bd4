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
import java.time.Duration;
import java.time.Instant;
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
        SecretKey key = keys.macKey(grants.apiKey());
        if (key == null) {
            throw new IllegalArgumentException("no such API key: " + grants.apiKey());
        }
        JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder();
        claims.issuer(grants.apiKey())
                .subject(grants.identity())
                .notBeforeTime(Date.from(now))
                .expirationTime(Date.from(now.plus(lifetime)));
        grants.toClaims().forEach(claims::claim);
        try {
            SignedJWT token = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims.build());
            token.sign(new MACSigner(key));
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException("HS256 with a 32-byte key", e);
        }
    }
}
