// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.MessageLite;
import io.parley.api.token.Grants;
import io.parley.api.token.VideoGrant;
import io.parley.edge.security.AccessTokens;
import io.parley.edge.security.ApiKeys;
import io.parley.node.SfuNode;
import io.parley.standalone.CompatibilityTables.Row;
import io.parley.standalone.CompatibilityTables.State;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import livekit.LivekitModels.Room;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRoom.DeleteRoomRequest;
import livekit.LivekitRoom.ListRoomsRequest;
import livekit.LivekitRoom.ListRoomsResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The room API over HTTP, in both encodings, with LiveKit's codes. */
class RoomApiIT {
    private static final ApiKeys KEYS = new ApiKeys(Map.of("devkey", "secret"));
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final JsonMapper JSON = new JsonMapper();
    private static final VideoGrant CREATE = VideoGrant.fromClaim(Map.of("roomCreate", true, "roomList", true));
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @RegisterExtension
    static final RunningStandalone STANDALONE = new RunningStandalone(
            "--parley.room.auto-create=false", "--parley.room.room-configurations.small.max-participants=2");

    @Test
    void jsonHasSnakeCaseNamesAndEveryFieldAndTakesBothSpellings() throws Exception {
        JsonNode room = JSON.readTree(
                json("CreateRoom", CREATE, "{\"name\":\"json\",\"emptyTimeout\":7,\"max_participants\":3,\"what\":1}")
                        .body());
        assertThat(room.get("sid").asString()).startsWith("RM_");
        assertThat(room.get("name").asString()).isEqualTo("json");
        assertThat(room.get("empty_timeout").asInt()).isEqualTo(7);
        assertThat(room.get("max_participants").asInt()).isEqualTo(3);
        assertThat(room.get("departure_timeout").asInt()).isEqualTo(20);
        assertThat(room.get("creation_time").asString()).matches("\\d{10}");
        assertThat(room.get("num_participants").asInt()).isZero();
        assertThat(room.get("metadata").asString()).isEmpty();
        assertThat(room.get("active_recording").asBoolean()).isFalse();
    }

    @Test
    void protobufIsAnsweredInProtobufAndCreatingAgainKeepsTheRoom() throws Exception {
        Room first = Room.parseFrom(protobuf(
                        "CreateRoom",
                        CreateRoomRequest.newBuilder()
                                .setName("proto")
                                .setMetadata("one")
                                .build())
                .body());
        Room again = Room.parseFrom(protobuf(
                        "CreateRoom",
                        CreateRoomRequest.newBuilder()
                                .setName("proto")
                                .setMaxParticipants(5)
                                .build())
                .body());
        assertThat(again.getSid()).isEqualTo(first.getSid());
        assertThat(again.getMetadata()).isEqualTo("one");
        assertThat(again.getMaxParticipants()).isEqualTo(5);
        ListRoomsResponse listed = ListRoomsResponse.parseFrom(protobuf(
                        "ListRooms",
                        ListRoomsRequest.newBuilder().addNames("proto").build())
                .body());
        assertThat(listed.getRoomsList()).containsExactly(again);
        protobuf("DeleteRoom", DeleteRoomRequest.newBuilder().setRoom("proto").build());
        assertThat(protobuf(
                                "ListRooms",
                                ListRoomsRequest.newBuilder().addNames("proto").build())
                        .body())
                .isEmpty();
    }

    /** An SDK that heard no answer asks again; the room is gone by then. */
    @Test
    void aDeletionThatIsRepeatedIsAnsweredAsTheFirst() throws Exception {
        json("CreateRoom", CREATE, "{\"name\":\"deleted\"}");
        assertThat(delete("deleted", "first")).isEqualTo(200);
        assertThat(delete("deleted", "first")).isEqualTo(200);
        assertThat(delete("deleted", "another")).isEqualTo(404);
        assertThat(delete("never-there", "first")).isEqualTo(404);
    }

    private static int delete(String room, String requestId) throws Exception {
        HttpRequest request = request(
                "/twirp/livekit.RoomService/DeleteRoom",
                CREATE,
                "application/json",
                ("{\"room\":\"" + room + "\"}").getBytes(UTF_8));
        return HTTP.send(
                        HttpRequest.newBuilder(request, (name, value) -> true)
                                .header("X-Livekit-Request-Id", requestId)
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    @Test
    void aRoomIsMadeWithItsPresetAndOnTheNodeThatIsAskedFor() throws Exception {
        JsonNode room = JSON.readTree(json("CreateRoom", CREATE, "{\"name\":\"preset\",\"room_preset\":\"small\"}")
                .body());
        assertThat(room.get("max_participants").asInt()).isEqualTo(2);
        JsonNode unknown = JSON.readTree(json("CreateRoom", CREATE, "{\"name\":\"preset\",\"room_preset\":\"huge\"}")
                .body());
        assertThat(unknown.get("code").asString()).isEqualTo("invalid_argument");
        assertThat(unknown.get("msg").asString()).contains("\"huge\" is unknown");

        String node = STANDALONE.context().getBean(SfuNode.class).id().value();
        assertThat(json("CreateRoom", CREATE, "{\"name\":\"placed\",\"node_id\":\"" + node + "\"}")
                        .statusCode())
                .isEqualTo(200);
        JsonNode nowhere = JSON.readTree(json("CreateRoom", CREATE, "{\"name\":\"nowhere\",\"node_id\":\"ND_gone\"}")
                .body());
        assertThat(nowhere.get("code").asString()).isEqualTo("unavailable");
        assertThat(nowhere.get("msg").asString()).contains("ND_gone");
        assertThat(json("CreateRoom", CREATE, "{\"name\":\"placed\",\"node_id\":\"ND_gone\"}")
                        .statusCode())
                .as("a room that is there stays where it is")
                .isEqualTo(200);
    }

    @Test
    void whatNoRoomTakesIsRefusedBeforeItIsLookedFor() throws Exception {
        VideoGrant admin = VideoGrant.fromClaim(Map.of("roomAdmin", true, "room", "somewhere"));
        Map<String, String> refused = Map.of(
                "UpdateRoomMetadata", "'metadata':'" + "m".repeat((512 << 10) + 1) + "'",
                "UpdateParticipant", "'attributes':{'a':'" + "x".repeat(64 << 10) + "'}",
                "UpdateSubscriptions", "'track_sids':[" + "'TR_x',".repeat(10_000) + "'TR_x']",
                "SendData", "'nonce':'AAAA'",
                "PerformRpc", "'payload':'x'");
        for (Map.Entry<String, String> one : refused.entrySet()) {
            String body = ("{'room':'somewhere'," + one.getValue() + "}").replace('\'', '"');
            assertError(json(one.getKey(), admin, body), 400, "invalid_argument");
        }
        String data = Base64.getEncoder().encodeToString(new byte[64_001]);
        assertError(
                json("SendData", admin, "{\"room\":\"somewhere\",\"data\":\"" + data + "\"}"), 400, "invalid_argument");
        String payload = "x".repeat(15_361);
        assertError(
                json(
                        "PerformRpc",
                        admin,
                        "{\"room\":\"somewhere\",\"destination_identity\":\"x\",\"payload\":\"" + payload + "\"}"),
                400,
                "malformed");
        assertError(
                json("MutePublishedTrack", admin, "{\"room\":\"somewhere\",\"muted\":false}"),
                412,
                "failed_precondition");
    }

    @Test
    void refusalsHaveLiveKitsCodes() throws Exception {
        VideoGrant admin = VideoGrant.fromClaim(Map.of("roomAdmin", true, "room", "somewhere"));
        assertError(json("CreateRoom", null, "{}"), 401, "unauthenticated");
        assertError(json("CreateRoom", admin, "{\"name\":\"x\"}"), 401, "unauthenticated");
        assertError(json("ListRooms", admin, "{}"), 401, "unauthenticated");
        assertError(json("DeleteRoom", admin, "{\"room\":\"somewhere\"}"), 401, "unauthenticated");
        assertError(json("ListParticipants", CREATE, "{\"room\":\"somewhere\"}"), 401, "unauthenticated");
        assertError(json("ListParticipants", admin, "{\"room\":\"elsewhere\"}"), 401, "unauthenticated");
        assertError(json("DeleteRoom", CREATE, "{\"room\":\"nowhere\"}"), 404, "not_found");
        assertError(json("GetParticipant", admin, "{\"room\":\"somewhere\",\"identity\":\"x\"}"), 404, "not_found");
        assertError(json("RemoveParticipant", admin, "{\"room\":\"somewhere\",\"identity\":\"x\"}"), 404, "not_found");
        for (String method : List.of(
                "UpdateRoomMetadata",
                "UpdateParticipant",
                "MutePublishedTrack",
                "UpdateSubscriptions",
                "SendData",
                "PerformRpc")) {
            String known = "{\"room\":\"somewhere\",\"muted\":true,\"destination_identity\":\"x\"}";
            assertError(json(method, CREATE, known), 401, "unauthenticated");
            assertError(json(method, admin, "{\"room\":\"elsewhere\"}"), 401, "unauthenticated");
            assertError(json(method, admin, known), 404, "not_found");
        }
        assertError(json("CreateRoom", CREATE, "{\"name\":"), 400, "malformed");
        assertError(json("NoSuchMethod", CREATE, "{}"), 404, "bad_route");
        assertError(send("CreateRoom", CREATE, "text/plain", "{}".getBytes(UTF_8)), 404, "bad_route");
        assertError(json("CreateRoom", CREATE, "{\"name\":\"x\",\"egress\":{}}"), 500, "internal");
        JsonNode tooLong = JSON.readTree(json("CreateRoom", CREATE, "{\"name\":\"" + "r".repeat(257) + "\"}")
                .body());
        assertThat(tooLong.get("code").asString()).isEqualTo("invalid_argument");
        assertThat(tooLong.get("msg").asString())
                .isEqualTo("room name length exceeds limits 256 (parley.limit.max-room-name-length)");
        assertThat(tooLong.get("meta").get("argument").asString()).isEqualTo("room name length exceeds limits");
        assertThat(JSON.readTree(json("ListParticipants", admin, "{\"room\":\"somewhere\"}")
                                .body())
                        .get("participants"))
                .isEmpty();
    }

    @Test
    void whoIsToGoToAnotherRoomNeedsATokenThatNamesBoth() throws Exception {
        Map<String, Object> admin = Map.of("roomAdmin", true, "room", "from");
        VideoGrant both = VideoGrant.fromClaim(Map.of("roomAdmin", true, "room", "from", "destinationRoom", "to"));
        VideoGrant same = VideoGrant.fromClaim(Map.of("roomAdmin", true, "room", "from", "destinationRoom", "from"));
        String longName = "r".repeat(257);
        VideoGrant tooLong =
                VideoGrant.fromClaim(Map.of("roomAdmin", true, "room", "from", "destinationRoom", longName));
        String body = "{\"room\":\"from\",\"identity\":\"x\",\"destination_room\":\"%s\"}";
        for (String method : List.of("MoveParticipant", "ForwardParticipant")) {
            assertError(json(method, CREATE, body.formatted("to")), 401, "unauthenticated");
            assertError(json(method, VideoGrant.fromClaim(admin), body.formatted("to")), 401, "unauthenticated");
            assertError(json(method, both, body.formatted("elsewhere")), 401, "unauthenticated");
            VideoGrant ofAnother =
                    VideoGrant.fromClaim(Map.of("roomAdmin", true, "room", "another", "destinationRoom", "to"));
            assertError(json(method, ofAnother, body.formatted("to")), 401, "unauthenticated");
            assertError(json(method, VideoGrant.fromClaim(admin), body.formatted("")), 400, "invalid_argument");
            assertError(json(method, same, body.formatted("from")), 400, "invalid_argument");
            assertError(json(method, tooLong, body.formatted(longName)), 400, "invalid_argument");
            assertError(json(method, both, body.formatted("to")), 404, "not_found"); // and is not made
            json("CreateRoom", CREATE, "{\"name\":\"to\"}");
            assertError(json(method, both, body.formatted("to")), 404, "not_found");
            json("CreateRoom", CREATE, "{\"name\":\"from\"}");
            assertError(json(method, both, body.formatted("to")), 404, "not_found");
            json("DeleteRoom", CREATE, "{\"room\":\"to\"}");
            json("DeleteRoom", CREATE, "{\"room\":\"from\"}");
        }
    }

    /** A token for everything else opens none of them. */
    @Test
    void whatIsNotThereYetSaysSoToWhomItWouldServe() throws Exception {
        Map<String, Object> video = new HashMap<>(Map.of("room", "r"));
        List.of("roomCreate", "roomList", "roomAdmin", "roomRecord", "ingressAdmin")
                .forEach(g -> video.put(g, true));
        Map<String, Object> sip = Map.of("admin", true, "call", true);
        Map<String, Object> all = Map.of("video", video, "sip", sip);
        Map<String, String> grants = Map.of("Egress", "roomRecord", "Ingress", "ingressAdmin");
        CompatibilityTables tables = CompatibilityTables.read();
        for (String service : List.of("RoomService", "AgentDispatchService", "Egress", "Ingress", "SIP")) {
            assertThat(tables.rows(service)).isNotEmpty();
            for (Row row : tables.rows(service)) {
                String method = service + "/" + row.name();
                if (row.state() != State.NOT_YET) {
                    assertThat(call(method, all).statusCode())
                            .as(method)
                            .isNotIn(501, 401)
                            .isLessThan(500);
                } else if (service.equals("SIP")) {
                    boolean isCall = row.name().endsWith("SIPParticipant");
                    assertMissing(method, all, Map.of("video", video, "sip", Map.of(isCall ? "admin" : "call", true)));
                } else {
                    Map<String, Object> others = new HashMap<>(video);
                    others.remove(grants.getOrDefault(service, "roomAdmin"));
                    assertMissing(method, all, Map.of("video", others, "sip", sip));
                }
            }
        }
        assertMissing("SIP/ListSIPTrunk", Map.of("sip", sip), Map.of());
        assertError(call("SIP/TransferSIPParticipant", Map.of("sip", sip)), 401, "unauthenticated");
        assertError(call("SIP/NoSuchMethod", all), 404, "bad_route");
    }

    private static void assertMissing(String method, Map<String, Object> claims, Map<String, Object> others)
            throws Exception {
        HttpResponse<byte[]> answer = call(method, claims);
        assertError(answer, 501, "unimplemented");
        assertThat(JSON.readTree(answer.body()).get("msg").asString())
                .isEqualTo(method.replace('/', '.') + " is not in Parley yet (docs/livekit-compatibility.md)");
        assertError(call(method, others), 401, "unauthenticated");
    }

    private static HttpResponse<byte[]> call(String method, Map<String, Object> claims)
            throws IOException, InterruptedException {
        Map<String, Object> ofKey = new HashMap<>(claims);
        ofKey.put("iss", "devkey");
        Instant now = Instant.now().minusSeconds(1);
        String token = AccessTokens.mint(KEYS, Grants.fromClaims(ofKey), now, Duration.ofHours(1));
        return HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + STANDALONE.port() + "/twirp/livekit." + method))
                        .timeout(TIMEOUT)
                        .header("Content-Type", "application/json")
                        .header("Authorization", "Bearer " + token)
                        .POST(BodyPublishers.ofString("{\"room\":\"r\"}"))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }

    @Test
    void aBodyBeyondTheLimitIsRefusedAndTheBaseUrlMayEndInASlash() throws Exception {
        assertThat(send("CreateRoom", CREATE, "application/json", new byte[11 << 20])
                        .statusCode())
                .isEqualTo(413);
        HttpResponse<byte[]> response = HTTP.send(
                request("//twirp/livekit.RoomService/ListRooms", CREATE, "application/json", "{}".getBytes(UTF_8)),
                HttpResponse.BodyHandlers.ofByteArray());
        assertThat(response.statusCode()).isEqualTo(200);
    }

    /** What Spring would see to, and never gets to see. */
    @Test
    void tokensAndOriginsAreTreatedAsOnEveryOtherPath() throws Exception {
        String path = "/twirp/livekit.RoomService/ListRooms";
        HttpResponse<String> badToken = HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + STANDALONE.port() + path))
                        .timeout(TIMEOUT)
                        .header("Authorization", "Bearer not.a.token")
                        .header("Origin", "https://example.org")
                        .POST(BodyPublishers.ofString("{}"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(badToken.statusCode()).isEqualTo(401);
        assertThat(badToken.body()).isEqualTo("invalid authorization token: token is malformed");
        assertThat(badToken.headers().firstValue("Access-Control-Allow-Origin")).contains("https://example.org");
        HttpResponse<String> inQuery = HTTP.send(
                HttpRequest.newBuilder(URI.create(
                                "http://127.0.0.1:" + STANDALONE.port() + path + "?access_token=" + token(CREATE)))
                        .timeout(TIMEOUT)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString("{}"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(inQuery.statusCode()).isEqualTo(200);
        assertError(
                HTTP.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + STANDALONE.port() + path))
                                .timeout(TIMEOUT)
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray()),
                404,
                "bad_route");
        assertError(send("ListRooms", CREATE, "no media type", "{}".getBytes(UTF_8)), 404, "bad_route");
        HttpResponse<String> preflight = HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + STANDALONE.port() + path))
                        .timeout(TIMEOUT)
                        .header("Origin", "https://example.org")
                        .header("Access-Control-Request-Method", "POST")
                        .method("OPTIONS", BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(preflight.statusCode()).isEqualTo(200);
        assertThat(preflight
                        .headers()
                        .firstValue("Access-Control-Allow-Methods")
                        .orElse(""))
                .contains("POST");
    }

    @Test
    void whereJoiningMakesNoRoomsTheyHaveToBeMadeFirst() throws Exception {
        String token = token(VideoGrant.join("made-first"));
        assertThat(validate(token)).isEqualTo(404);
        assertThat(validate(token(
                        VideoGrant.fromClaim(Map.of("roomJoin", true, "roomCreate", true, "room", "made-first")))))
                .isEqualTo(200);
        json("CreateRoom", CREATE, "{\"name\":\"made-first\"}");
        assertThat(validate(token)).isEqualTo(200);
    }

    @Test
    void roomsMadeAtOnceAreAllThereAndNoneIsThereTwice() throws Exception {
        CompletableFuture.allOf(IntStream.range(0, 200)
                        .mapToObj(i -> HTTP.sendAsync(
                                request(
                                        "/twirp/livekit.RoomService/CreateRoom",
                                        CREATE,
                                        "application/json",
                                        ("{\"name\":\"many-" + i % 100 + "\"}").getBytes(UTF_8)),
                                HttpResponse.BodyHandlers.discarding()))
                        .toArray(CompletableFuture[]::new))
                .join();
        JsonNode rooms = JSON.readTree(json("ListRooms", CREATE, "{}").body()).get("rooms");
        assertThat(rooms.valueStream()
                        .filter(room -> room.get("name").asString().startsWith("many-")))
                .hasSize(100);
    }

    private static int validate(String token) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + STANDALONE.port() + "/rtc/validate?access_token=" + token);
        return HTTP.send(HttpRequest.newBuilder(uri).timeout(TIMEOUT).build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    private static void assertError(HttpResponse<byte[]> response, int status, String code) {
        assertThat(response.statusCode()).as(code).isEqualTo(status);
        JsonNode error = JSON.readTree(response.body());
        assertThat(error.get("code").asString()).isEqualTo(code);
        assertThat(error.get("msg").asString()).isNotEmpty();
    }

    private static HttpResponse<byte[]> json(String method, VideoGrant grant, String body) throws Exception {
        return send(method, grant, "application/json", body.getBytes(UTF_8));
    }

    private static HttpResponse<byte[]> protobuf(String method, MessageLite request) throws Exception {
        HttpResponse<byte[]> response = send(method, CREATE, "application/protobuf", request.toByteArray());
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/protobuf");
        return response;
    }

    private static HttpResponse<byte[]> send(String method, VideoGrant grant, String type, byte[] body)
            throws IOException, InterruptedException {
        return HTTP.send(
                request("/twirp/livekit.RoomService/" + method, grant, type, body),
                HttpResponse.BodyHandlers.ofByteArray());
    }

    private static HttpRequest request(String path, VideoGrant grant, String type, byte[] body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + STANDALONE.port() + path))
                .timeout(TIMEOUT)
                .header("Content-Type", type)
                .POST(BodyPublishers.ofByteArray(body));
        if (grant != null) {
            request.header("Authorization", "Bearer " + token(grant));
        }
        return request.build();
    }

    private static String token(VideoGrant grant) {
        return AccessTokens.mint(KEYS, "devkey", "tester", grant, Instant.now().minusSeconds(1), Duration.ofHours(1));
    }
}
