// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.signal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.parley.api.agent.AgentFields;
import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.NodeId;
import io.parley.api.id.RoomName;
import io.parley.api.room.IdentityPolicy;
import io.parley.api.token.Grants;
import io.parley.api.token.ParticipantLimits;
import io.parley.cluster.RoomClaim;
import io.parley.room.admin.RoomPresets;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import livekit.LivekitAgentDispatch.RoomAgentDispatch;
import livekit.LivekitModels.ClientInfo;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRtc.ConnectionSettings;
import livekit.LivekitRtc.JoinRequest;
import livekit.LivekitRtc.WrappedJoinRequest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;

/** LiveKit's checks of a join, in its order. */
class JoinCheckTest {
    private static final JoinRequest REQUEST = JoinRequest.newBuilder()
            .setConnectionSettings(ConnectionSettings.newBuilder().setAutoSubscribe(true))
            .build();

    private static final ClientOrigin NOWHERE = new ClientOrigin("", "");

    private static final RoomPresets PRESETS = RoomPresets.of(
            Map.of(
                    "small",
                    CreateRoomRequest.newBuilder()
                            .setMaxParticipants(2)
                            .setEmptyTimeout(60)
                            .setMetadata("of the preset")
                            .putTags(IdentityPolicy.TAG, "reject")
                            .addAgents(RoomAgentDispatch.newBuilder().setAgentName("scribe"))
                            .build()),
            ParticipantLimits.DEFAULTS);

    private static CheckedJoin check(
            @Nullable Grants grants, MultiValueMap<String, String> query, boolean isVersioned, ClientOrigin origin) {
        return JoinCheck.check(grants, query, isVersioned, origin, PRESETS, ParticipantLimits.DEFAULTS);
    }

    @Test
    void acceptsPlainAndGzippedRequests() throws IOException {
        for (boolean gzip : new boolean[] {false, true}) {
            CheckedJoin start = check(
                    grants("alice", video("room")),
                    query(wrap(REQUEST.toByteArray(), gzip)),
                    true,
                    new ClientOrigin("192.0.2.1", ""));
            assertThat(start.room().value()).isEqualTo("room");
            assertThat(start.request()).isEqualTo(REQUEST);
            assertThat(start.client().getAddress()).isEqualTo("192.0.2.1");
        }
    }

    @Test
    void refusesInLiveKitsOrderWithItsCodes() throws IOException {
        String request = wrap(REQUEST.toByteArray(), true);
        assertRefused(null, request, ErrorCode.UNAUTHENTICATED, "permissions denied");
        assertRefused(grants("alice", null), request, ErrorCode.UNAUTHENTICATED, "permissions denied");
        assertRefused(
                grants("alice", Map.of("room", "room")), request, ErrorCode.UNAUTHENTICATED, "permissions denied");
        assertRefused(grants("", video("room")), request, ErrorCode.INVALID_ARGUMENT, "identity cannot be empty");
        assertRefused(grants("a".repeat(257), video("room")), request, ErrorCode.INVALID_ARGUMENT, "identity exceeds");
        assertRefused(grants("alice", video("")), request, ErrorCode.INVALID_ARGUMENT, "no room name");
        assertRefused(
                grants("alice", video("r".repeat(257))), request, ErrorCode.INVALID_ARGUMENT, "room name exceeds");
        assertRefused(grants("alice", video("room")), null, ErrorCode.INVALID_ARGUMENT, "join_request is required");
        assertRefused(grants("alice", video("room")), "%%%", ErrorCode.INVALID_ARGUMENT, "cannot base64 decode");
        String noProto = Base64.getUrlEncoder().encodeToString(new byte[] {-1, -1, -1});
        assertRefused(grants("alice", video("room")), noProto, ErrorCode.INVALID_ARGUMENT, "cannot unmarshal");
    }

    @Test
    void limitsAreTheConfiguredOnesAndRefusalsNameThem() throws IOException {
        MultiValueMap<String, String> query = query(wrap(REQUEST.toByteArray(), true));
        ParticipantLimits tight = ParticipantLimits.of(4, 4, 0, 0, 0);
        assertThatThrownBy(() -> JoinCheck.check(grants("alice", video("room")), query, true, NOWHERE, PRESETS, tight))
                .hasMessage("identity exceeds the limit of 4 (parley.limit.max-participant-identity-length)");
        assertThatThrownBy(() -> JoinCheck.check(grants("bob", video("rooms")), query, true, NOWHERE, PRESETS, tight))
                .hasMessage("room name exceeds the limit of 4 (parley.limit.max-room-name-length)");
        ParticipantLimits none = ParticipantLimits.of(0, 0, 0, 0, 0);
        String endless = "x".repeat(1_000);
        assertThat(JoinCheck.check(grants(endless, video(endless)), query, true, NOWHERE, PRESETS, none)
                        .room()
                        .value())
                .isEqualTo(endless);
    }

    @Test
    void theTokenSaysWhatARoomIsMadeWith() throws IOException {
        String request = wrap(REQUEST.toByteArray(), true);
        Map<String, Object> config = Map.of(
                "name",
                "another",
                "emptyTimeout",
                7,
                "metadata",
                "m",
                "tags",
                Map.of(IdentityPolicy.TAG, "suffix"),
                "agents",
                List.of(Map.of("agentName", "scribe", "metadata", "tea", "deployment", "blue")));
        CreateRoomRequest creation = check(grantsOfRoom(config), query(request), true, NOWHERE)
                .under(new RoomClaim(new RoomName("room"), new NodeId("ND_a"), 1), null)
                .creation();
        assertThat(creation.getName()).isEmpty();
        assertThat(creation.getEmptyTimeout()).isEqualTo(7);
        assertThat(creation.getMetadata()).isEqualTo("m");
        assertThat(IdentityPolicy.of(creation.getTagsMap())).isEqualTo(IdentityPolicy.SUFFIX);
        assertThat(creation.getAgentsList()).singleElement().satisfies(agent -> {
            assertThat(agent.getAgentName()).isEqualTo("scribe");
            assertThat(agent.getMetadata()).isEqualTo("tea");
            assertThat(AgentFields.ROOM_DISPATCH.deployment(agent)).isEqualTo("blue");
        });
        Map<String, Object> agent = Map.of("agentName", "a");
        for (Map<String, Object> bad : List.<Map<String, Object>>of(
                Map.of("emptyTimeout", "x"),
                Map.of("metadata", "m".repeat(600_000)),
                Map.of("agents", Collections.nCopies(65, agent)),
                Map.of("tags", Map.of(IdentityPolicy.TAG, "share")),
                Map.of("agents", List.of(Map.of("agentName", "a".repeat(257)))))) {
            assertRefused(grantsOfRoom(bad), request, ErrorCode.INVALID_ARGUMENT, "");
        }
    }

    /** As LiveKit orders it: what the token says itself before its preset, and agents of one or the other. */
    @Test
    void aPresetSaysWhatTheTokenDoesNot() throws IOException {
        CreateRoomRequest alone = creation(Map.of("roomPreset", "small"));
        assertThat(alone.getMaxParticipants()).isEqualTo(2);
        assertThat(alone.getMetadata()).isEqualTo("of the preset");
        assertThat(IdentityPolicy.of(alone.getTagsMap())).isEqualTo(IdentityPolicy.REJECT);
        assertThat(alone.getAgentsList()).hasSize(1);
        assertThat(alone.getRoomPreset()).isEmpty();
        CreateRoomRequest both = creation(Map.of(
                "roomPreset",
                "small",
                "roomConfig",
                Map.of(
                        "maxParticipants",
                        9,
                        "agents",
                        List.of(Map.of("agentName", "painter")),
                        "tags",
                        Map.of(IdentityPolicy.TAG, "suffix"))));
        assertThat(both.getMaxParticipants()).isEqualTo(9);
        assertThat(both.getEmptyTimeout()).isEqualTo(60);
        assertThat(IdentityPolicy.of(both.getTagsMap())).isEqualTo(IdentityPolicy.SUFFIX);
        assertThat(both.getAgentsList())
                .extracting(RoomAgentDispatch::getAgentName)
                .containsExactly("painter");
        assertRefused(
                Grants.fromClaims(Map.of("sub", "alice", "video", video("room"), "roomPreset", "huge")),
                wrap(REQUEST.toByteArray(), true),
                ErrorCode.INVALID_ARGUMENT,
                "\"huge\" is unknown");
    }

    private static CreateRoomRequest creation(Map<String, Object> claims) throws IOException {
        Map<String, Object> all = new HashMap<>(claims);
        all.putAll(Map.of("sub", "alice", "video", video("room")));
        return check(Grants.fromClaims(all), query(wrap(REQUEST.toByteArray(), true)), true, NOWHERE)
                .creation();
    }

    @Test
    void kindAndItsDetailsAreShown() throws IOException {
        Grants grants = Grants.fromClaims(Map.of(
                "sub",
                "caller",
                "video",
                video("room"),
                "kind",
                "connector",
                "kindDetails",
                List.of("connector_whatsapp", "simulation")));
        ParticipantInfo participant = check(grants, query(wrap(REQUEST.toByteArray(), true)), true, NOWHERE)
                .participant();
        assertThat(participant.getKind()).isEqualTo(ParticipantInfo.Kind.CONNECTOR);
        assertThat(participant.getKindDetailsValueList()).containsExactly(2, 5);
    }

    /** A client knows everybody's sid; only a token that it was given says which was its own. */
    @Test
    void whoComesBackIsSaidByTheTokenAndNotByTheClient() throws IOException {
        MultiValueMap<String, String> query = query(
                wrap(REQUEST.toBuilder().setParticipantSid("PA_other").build().toByteArray(), true));
        assertThat(returning(grants("alice", video("room")), query)).isEmpty();
        Grants given = Grants.fromClaims(Map.of("sub", "alice", "video", video("room"), "sid", "PA_own"));
        assertThat(returning(given, query)).isEqualTo("PA_own");
    }

    private static String returning(Grants grants, MultiValueMap<String, String> query) {
        return check(grants, query, true, NOWHERE)
                .under(new RoomClaim(new RoomName("room"), new NodeId("ND_a"), 1), null)
                .request()
                .getParticipantSid();
    }

    private static Grants grantsOfRoom(Map<String, Object> config) {
        return Grants.fromClaims(Map.of("sub", "alice", "video", video("room"), "roomConfig", config));
    }

    @Test
    void ownMetadataNeedsTheGrant() throws IOException {
        String request = wrap(REQUEST.toBuilder().setMetadata("mine").build().toByteArray(), true);
        assertRefused(grants("alice", video("room")), request, ErrorCode.UNAUTHENTICATED, "permissions denied");
        Map<String, Object> allowed = new HashMap<>(video("room"));
        allowed.put("canUpdateOwnMetadata", true);
        assertThat(check(grants("alice", allowed), query(request), true, NOWHERE)
                        .request()
                        .getMetadata())
                .isEqualTo("mine");
    }

    /** A few kilobytes that inflate to gigabytes: before authentication of nothing but a token. */
    @Test
    void stopsInflatingAtTheCap() throws IOException {
        String bomb = wrap(new byte[64 << 20], true);
        assertRefused(grants("alice", video("room")), bomb, ErrorCode.INVALID_ARGUMENT, "join request too large");
    }

    /** Whatever the parameter holds, the answer is a join request or a 400: anyone with a token can send it. */
    @Test
    void refusesRandomBytesAndNothingElse() throws IOException {
        Random random = new Random(1);
        byte[] sound = Base64.getUrlDecoder().decode(wrap(REQUEST.toByteArray(), true));
        for (int i = 0; i < 5000; i++) {
            byte[] bytes = random.nextBoolean() ? sound.clone() : new byte[random.nextInt(60)];
            for (int j = random.nextInt(4); j > 0 && bytes.length > 0; j--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            String parameter = Base64.getUrlEncoder().encodeToString(bytes);
            try {
                assertThat(JoinRequests.decode(parameter)).isNotNull();
            } catch (ApiError refused) {
                assertThat(refused.code()).as(parameter).isEqualTo(ErrorCode.INVALID_ARGUMENT);
            }
        }
    }

    private static void assertRefused(Grants grants, String request, ErrorCode code, String message) {
        ApiError error = catchThrowableOfType(ApiError.class, () -> check(grants, query(request), true, NOWHERE));
        assertThat(error).as(message).isNotNull();
        assertThat(error.code()).as(message).isEqualTo(code);
        assertThat(error).hasMessageContaining(message);
    }

    @Test
    void withoutVersionAndRequestTheQuerySaysItAll() {
        MultiValueMap<String, String> query = new LinkedMultiValueMap<>();
        Map.of(
                        "sdk", "go",
                        "protocol", "16",
                        "version", "2.18.1",
                        "auto_subscribe", "0",
                        "adaptive_stream", "true",
                        "browser", "Firefox",
                        "capabilities", "CAP_PACKET_TRAILER,CAP_NOBODY_KNOWS")
                .forEach(query::add);
        CheckedJoin start = check(grants("alice", video("room")), query, false, new ClientOrigin("192.0.2.1", ""));
        assertThat(start.singlePeerConnection()).isFalse();
        assertThat(start.client().getSdk()).isEqualTo(ClientInfo.SDK.GO);
        assertThat(start.client().getProtocol()).isEqualTo(16);
        assertThat(start.client().getCapabilitiesCount()).isEqualTo(1);
        assertThat(start.request().getConnectionSettings().getAutoSubscribe()).isFalse();
        assertThat(start.request().getConnectionSettings().getAdaptiveStream()).isTrue();
        assertThat(check(grants("alice", video("room")), new LinkedMultiValueMap<>(), false, NOWHERE)
                        .request()
                        .getConnectionSettings()
                        .getAutoSubscribe())
                .as("on unless the query says otherwise")
                .isTrue();
        query.add("join_request", "");
        assertThatThrownBy(() -> check(grants("alice", video("room")), query, false, NOWHERE))
                .hasMessageContaining("join_request is required");
    }

    @Test
    void aConnectionThatOnlyPublishesGoesByANameOfItsOwn() {
        MultiValueMap<String, String> query = new LinkedMultiValueMap<>();
        query.add("publish", "screen");
        CheckedJoin start = check(grants("alice", video("room")), query, false, NOWHERE);
        assertThat(start.grants().identity()).isEqualTo("alice#screen");
        assertThat(start.grants().video().maySubscribe()).isFalse();
        Map<String, Object> mayNot = new HashMap<>(video("room"));
        mayNot.put("canPublish", false);
        assertThatThrownBy(() -> check(grants("alice", mayNot), query, false, NOWHERE))
                .hasMessage("permissions denied");
    }

    /** The name comes from the URL and becomes a part of the identity that everybody is told. */
    @Test
    void aNameOfItsOwnCountsAgainstTheLimitOfIdentities() {
        MultiValueMap<String, String> query = new LinkedMultiValueMap<>();
        query.add("publish", "s".repeat(250));
        assertThat(check(grants("alice", video("room")), query, false, NOWHERE).isPublishOnly())
                .isTrue();
        query.set("publish", "s".repeat(251));
        assertThatThrownBy(() -> check(grants("alice", video("room")), query, false, NOWHERE))
                .hasMessageContaining("identity exceeds");
    }

    /** Bytes count, as in LiveKit: what others are sent is bounded in them. */
    @Test
    void limitsAreInBytesAndOnAllAttributesTogether() throws IOException {
        String plain = wrap(REQUEST.toByteArray(), true);
        assertRefused(grants("世".repeat(86), video("room")), plain, ErrorCode.INVALID_ARGUMENT, "identity exceeds");
        assertRefused(grants("alice", video("世".repeat(86))), plain, ErrorCode.INVALID_ARGUMENT, "room name exceeds");
        Map<String, Object> allowed = new HashMap<>(video("room"));
        allowed.put("canUpdateOwnMetadata", true);
        Grants large = Grants.fromClaims(
                Map.of("iss", "key", "sub", "alice", "video", allowed, "attributes", Map.of("a", "x".repeat(40_000))));
        String more = wrap(
                REQUEST.toBuilder()
                        .putParticipantAttributes("b", "x".repeat(40_000))
                        .build()
                        .toByteArray(),
                true);
        assertRefused(large, more, ErrorCode.INVALID_ARGUMENT, "attributes exceeds");
        assertThat(check(large, query(plain), true, NOWHERE).attributes()).containsKey("a");
    }

    /** RPC and data streams take the form that the other side says it knows. */
    @Test
    void othersAreToldWhatTheClientKnows() throws IOException {
        JoinRequest request = REQUEST.toBuilder()
                .setClientInfo(ClientInfo.newBuilder()
                        .setClientProtocol(2)
                        .addCapabilities(ClientInfo.Capability.CAP_PACKET_TRAILER))
                .build();
        ParticipantInfo participant = check(
                        grants("alice", video("room")), query(wrap(request.toByteArray(), true)), true, NOWHERE)
                .under(new RoomClaim(new RoomName("room"), new NodeId("ND_x"), 1), null)
                .participant();
        assertThat(participant.getClientProtocol()).isEqualTo(2);
        assertThat(participant.getUnknownFields().getField(21).getVarintList())
                .containsExactly((long) ClientInfo.Capability.CAP_PACKET_TRAILER_VALUE);
    }

    /** Absent is not false: then the server's configuration holds, as without a join_request. */
    @Test
    void pausingIsLeftToTheServerUnlessTheClientSays() throws IOException {
        assertThat(check(grants("alice", video("room")), query(wrap(REQUEST.toByteArray(), true)), true, NOWHERE)
                        .request()
                        .getConnectionSettings()
                        .hasSubscriberAllowPause())
                .isFalse();
    }

    @Test
    void attributesInTheQueryAreBase64OfJson() {
        Map<String, Object> allowed = new HashMap<>(video("room"));
        allowed.put("canUpdateOwnMetadata", true);
        MultiValueMap<String, String> query = new LinkedMultiValueMap<>();
        query.add("attributes", Base64.getUrlEncoder().encodeToString("{\"a\":\"b\"}".getBytes(UTF_8)));
        assertThat(check(grants("alice", allowed), query, false, NOWHERE)
                        .request()
                        .getParticipantAttributesMap())
                .containsExactly(Map.entry("a", "b"));
        for (String json : new String[] {"[1,", "[]", "null", "5", "{\"a\":null}", "{\"a\":5}", "{\"a\":{}}"}) {
            query.set("attributes", Base64.getUrlEncoder().encodeToString((json + " ").getBytes(UTF_8)));
            assertThatThrownBy(() -> check(grants("alice", allowed), query, false, NOWHERE))
                    .as(json)
                    .isInstanceOfSatisfying(
                            ApiError.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
        }
    }

    private static MultiValueMap<String, String> query(String joinRequest) {
        MultiValueMap<String, String> query = new LinkedMultiValueMap<>();
        if (joinRequest != null) {
            query.add("join_request", joinRequest);
        }
        return query;
    }

    private static Grants grants(String identity, Map<String, Object> video) {
        Map<String, Object> claims = new HashMap<>(Map.of("iss", "key", "sub", identity));
        if (video != null) {
            claims.put("video", video);
        }
        return Grants.fromClaims(claims);
    }

    private static Map<String, Object> video(String room) {
        return Map.of("roomJoin", true, "room", room);
    }

    private static String wrap(byte[] request, boolean gzip) throws IOException {
        byte[] inner = request;
        if (gzip) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (GZIPOutputStream zipped = new GZIPOutputStream(out)) {
                zipped.write(request);
            }
            inner = out.toByteArray();
        }
        WrappedJoinRequest wrapped = WrappedJoinRequest.newBuilder()
                .setCompression(gzip ? WrappedJoinRequest.Compression.GZIP : WrappedJoinRequest.Compression.NONE)
                .setJoinRequest(ByteString.copyFrom(inner))
                .build();
        return Base64.getUrlEncoder().encodeToString(wrapped.toByteArray());
    }
}
