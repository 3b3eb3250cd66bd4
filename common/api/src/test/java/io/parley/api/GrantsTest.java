// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.api.id.TrackSid;
import io.parley.api.token.Grants;
import io.parley.api.token.SipGrant;
import io.parley.api.token.VideoGrant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.TrackSource;
import livekit.LivekitModels.TrackType;
import org.junit.jupiter.api.Test;

class GrantsTest {
    @Test
    void absentPermissionsAreNotFalse() {
        VideoGrant grant = VideoGrant.fromClaim(Map.of("roomJoin", true, "room", "r"));
        assertThat(grant.mayPublish()).isTrue();
        assertThat(grant.maySubscribe()).isTrue();
        assertThat(grant.mayPublishData()).isTrue();
        VideoGrant mute = VideoGrant.fromClaim(Map.of("canPublish", false));
        assertThat(mute.mayPublish()).isFalse();
        assertThat(mute.mayPublishData()).isFalse();
        VideoGrant dataOnly = VideoGrant.fromClaim(Map.of("canPublish", false, "canPublishData", true));
        assertThat(dataOnly.mayPublishData()).isTrue();
    }

    @Test
    void aClaimSurvivesTheRoundTrip() {
        Map<String, Object> claim = Map.of(
                "roomJoin",
                true,
                "room",
                "r",
                "destinationRoom",
                "s",
                "canPublish",
                true,
                "canPublishSources",
                List.of("camera", "screen_share"),
                "canSubscribeMetrics",
                true,
                "canManageAgentSession",
                true);
        VideoGrant grant = VideoGrant.fromClaim(claim);
        assertThat(grant.canPublishSources()).containsExactly(TrackSource.CAMERA, TrackSource.SCREEN_SHARE);
        assertThat(VideoGrant.fromClaim(grant.toClaim())).isEqualTo(grant);
        assertThat(grant.toClaim()).isEqualTo(claim);
    }

    @Test
    void aParticipantIsShownWhatItsTokenAllowsAndATokenMadeOfThatAllowsTheSame() {
        VideoGrant grant = VideoGrant.fromClaim(
                Map.of("room", "r", "canSubscribeMetrics", true, "canManageAgentSession", true, "hidden", true));
        assertThat(grant.permission().getCanSubscribeMetrics()).isTrue();
        assertThat(grant.permission().getCanManageAgentSession()).isTrue();
        VideoGrant again = VideoGrant.join("s").with(grant.permission()).in("t");
        assertThat(again.permission()).isEqualTo(grant.permission());
        assertThat(again.room()).isEqualTo("t");
    }

    /** A moderator that was moved got a token to administer the room that it was moved to. */
    @Test
    void whoAdministersARoomDoesNotAdministerAnother() {
        VideoGrant admin = VideoGrant.fromClaim(
                Map.of("roomJoin", true, "roomAdmin", true, "roomRecord", true, "room", "r", "destinationRoom", "s"));
        assertThat(admin.in("s")).isEqualTo(VideoGrant.join("s"));
    }

    @Test
    void grantsSurviveTheRoundTrip() {
        Grants grants = new Grants(
                "key",
                "agent-1",
                "Agent",
                "m",
                Map.of("lk.agent_name", "scribe"),
                ParticipantInfo.Kind.AGENT,
                VideoGrant.join("r"),
                new SipGrant(true, false),
                Map.of("agents", List.of(Map.of("agentName", "scribe"))));
        Map<String, Object> claims = new HashMap<>(grants.toClaims());
        claims.putAll(Map.of("iss", "key", "sub", "agent-1"));
        assertThat(Grants.fromClaims(claims)).isEqualTo(grants);
        assertThat(Grants.fromClaims(Map.of()).toClaims()).isEmpty();
    }

    @Test
    void aPresetIsReadAndGoesOnIntoFreshTokens() {
        Grants grants = Grants.fromClaims(Map.of("roomPreset", "large"));
        assertThat(grants.roomPreset()).isEqualTo("large");
        assertThat(grants.with(ParticipantInfo.getDefaultInstance()).toClaims()).containsEntry("roomPreset", "large");
    }

    @Test
    void whoIsMovedStaysWhatItIsAndMakesNoRoomOfItsOwn() {
        Grants moved = Grants.fromClaims(Map.of(
                        "sub", "caller",
                        "kind", "sip",
                        "kindDetails", List.of("forwarded"),
                        "roomPreset", "large",
                        "roomConfig", Map.of("metadata", "m"),
                        "sip", Map.of("call", true),
                        "video", Map.of("roomJoin", true, "room", "r")))
                .in("s", "");
        assertThat(moved.toClaims())
                .containsOnlyKeys("kind", "kindDetails", "sip", "video")
                .containsEntry("kindDetails", List.of("forwarded"))
                .containsEntry("video", VideoGrant.join("s").toClaim());
    }

    /** The last of these is newer than the generated messages. */
    @Test
    void kindsAndTheirDetailsAreRead() {
        Grants grants = Grants.fromClaims(Map.of(
                "kind",
                "Connector",
                "kindDetails",
                List.of("connector_twilio", "FORWARDED", "simulation", "forwarded", "no such", 7)));
        assertThat(grants.kind()).isEqualTo(ParticipantInfo.Kind.CONNECTOR);
        assertThat(grants.kindDetails()).containsExactly(3, 1, 5);
        assertThat(grants.toClaims())
                .containsEntry("kind", "connector")
                .containsEntry("kindDetails", List.of("connector_twilio", "forwarded", "simulation"));
        assertThat(Grants.fromClaims(Map.of("kind", "bridge", "kindDetails", "bridge_rtsp")))
                .satisfies(bridge -> {
                    assertThat(bridge.kind()).isEqualTo(ParticipantInfo.Kind.BRIDGE);
                    assertThat(bridge.kindDetails()).isEmpty();
                });
    }

    @Test
    void readsClaimsOfAnyShapeWithoutFailing() {
        Grants grants = Grants.fromClaims(Map.of(
                "iss", "key", "jti", "fallback", "kind", "AGENT", "video", Map.of("room", 5), "attributes", List.of()));
        assertThat(grants.identity()).isEqualTo("fallback");
        assertThat(grants.kind()).isEqualTo(ParticipantInfo.Kind.AGENT);
        assertThat(grants.video().room()).isEmpty();
        assertThat(Grants.fromClaims(Map.of()).video()).isNull();
        assertThat(Grants.fromClaims(Map.of("sip", Map.of("admin", "yes", "call", true)))
                        .sip())
                .isEqualTo(new SipGrant(false, true));
        assertThat(Grants.fromClaims(Map.of("sip", true)).sip()).isEqualTo(SipGrant.NONE);
    }

    @Test
    void trackSidsTellKindAndSource() {
        Random random = new Random(1);
        assertThat(TrackSid.random(TrackType.VIDEO, TrackSource.CAMERA, random).value())
                .matches("TR_VC[2-9A-HJ-NP-Za-km-z]{12}");
        assertThat(TrackSid.random(TrackType.AUDIO, TrackSource.UNKNOWN, random).value())
                .matches("TR_A[2-9A-HJ-NP-Za-km-z]{12}");
    }
}
