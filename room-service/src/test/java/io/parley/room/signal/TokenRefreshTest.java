// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.signal;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.parley.api.id.RoomName;
import io.parley.api.token.Grants;
import io.parley.api.token.SipGrant;
import io.parley.api.token.VideoGrant;
import io.parley.edge.security.ApiKeys;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.ParticipantInfo.Kind;
import livekit.LivekitModels.ParticipantPermission;
import org.junit.jupiter.api.Test;

class TokenRefreshTest {
    private static final Instant START = Instant.parse("2026-01-01T12:00:00Z");
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Grants GRANTS = new Grants(
            "second",
            "alice",
            "Alice",
            "m",
            Map.of(),
            Kind.STANDARD,
            VideoGrant.join("demo"),
            SipGrant.NONE,
            Map.of("emptyTimeout", 7L),
            "preset",
            List.of(1),
            "PA_1");
    private static final ParticipantInfo JOINING = ParticipantInfo.newBuilder()
            .setSid("PA_2")
            .setIdentity("alice#2")
            .setName("Alice")
            .setMetadata("m")
            .putAttributes("of", "the request")
            .setPermission(VideoGrant.join("demo").permission())
            .build();

    private final TokenRefresh tokens =
            new TokenRefresh(new ApiKeys(Map.of("first", "1", "second", "2")), GRANTS, START.plus(HOUR));

    private static JWTClaimsSet claims(String token) throws ParseException {
        return SignedJWT.parse(Objects.requireNonNull(token)).getJWTClaimsSet();
    }

    private static Duration lifetime(JWTClaimsSet claims, Instant now) {
        return Duration.between(now, claims.getExpirationTime().toInstant());
    }

    @Test
    void saysWhatTheParticipantJoinedWithAndLivesAsLongAsItsToken() throws ParseException {
        tokens.onClaims(new RoomName("demo"), JOINING);
        JWTClaimsSet claims = claims(tokens.mintIfDue(START));
        assertThat(Grants.fromClaims(claims.getClaims())).isEqualTo(GRANTS.with(JOINING));
        assertThat(claims.getIssuer()).isEqualTo("second");
        assertThat(claims.getSubject()).isEqualTo("alice#2");
        assertThat(claims.getClaim("sid")).as("whose it is").isEqualTo("PA_2");
        assertThat(claims.getClaim("attributes")).isEqualTo(Map.of("of", "the request"));
        assertThat(lifetime(claims, START)).isEqualTo(HOUR);
    }

    @Test
    void isDueEveryFiveMinutesAndLivesForTenAtLeast() throws ParseException {
        tokens.mintIfDue(START);
        assertThat(tokens.mintIfDue(START.plus(TokenRefresh.INTERVAL).minusMillis(1)))
                .isNull();
        assertThat(tokens.mintIfDue(START.plus(TokenRefresh.INTERVAL))).isNotNull();
        Instant late = START.plus(HOUR);
        assertThat(lifetime(claims(tokens.mintIfDue(late)), late)).isEqualTo(TokenRefresh.MIN_LIFETIME);
    }

    @Test
    void isDueAtOnceWhenTheParticipantChanges() throws ParseException {
        tokens.mintIfDue(START);
        tokens.onClaims(
                new RoomName("demo"),
                ParticipantInfo.newBuilder()
                        .setName("Alicia")
                        .setPermission(ParticipantPermission.newBuilder().setCanSubscribe(true))
                        .build());
        Grants grants =
                Grants.fromClaims(claims(tokens.mintIfDue(START.plusSeconds(1))).getClaims());
        assertThat(grants.name()).isEqualTo("Alicia");
        assertThat(grants.metadata()).isEmpty();
        assertThat(grants.attributes()).isEmpty();
        VideoGrant video = Objects.requireNonNull(grants.video());
        assertThat(video.roomJoin()).isTrue();
        assertThat(video.room()).isEqualTo("demo");
        assertThat(video.mayPublish()).isFalse();
        assertThat(video.mayPublishData()).isFalse();
        assertThat(video.maySubscribe()).isTrue();
        assertThat(tokens.mintIfDue(START.plusSeconds(2))).isNull();
    }

    @Test
    void isForTheRoomThatTheParticipantWasMovedTo() throws ParseException {
        tokens.onClaims(new RoomName("hall"), JOINING);
        Grants grants = Grants.fromClaims(claims(tokens.mintIfDue(START)).getClaims());
        assertThat(Objects.requireNonNull(grants.video()).room()).isEqualTo("hall");
        assertThat(grants.roomConfig()).as("of the other room").isEmpty();
        assertThat(grants.identity()).isEqualTo("alice#2");
        assertThat(grants.kindDetails()).isEqualTo(List.of(1));
        assertThat(grants.roomPreset()).as("of the other room").isEmpty();
        assertThat(grants.attributes()).isEqualTo(Map.of("of", "the request"));
        assertThat(Grants.fromClaims(claims(tokens.mintIfDue(START.plus(TokenRefresh.INTERVAL)))
                                .getClaims())
                        .video())
                .as("from then on")
                .isEqualTo(grants.video());
    }
}
