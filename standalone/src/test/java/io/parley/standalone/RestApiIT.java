// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.api.token.VideoGrant;
import io.parley.edge.security.AccessTokens;
import io.parley.edge.security.ApiKeys;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The REST API over HTTP. Whoever reaches the port may send all of this; tokens are made by whoever has an API secret. */
class RestApiIT {
    private static final ApiKeys KEYS = new ApiKeys(Map.of("devkey", "secret", "other", "secret"));
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final JsonMapper JSON = new JsonMapper();
    private static final VideoGrant ALL = VideoGrant.fromClaim(Map.of("roomCreate", true, "roomList", true));
    private static final VideoGrant ADMIN = VideoGrant.fromClaim(Map.of("roomAdmin", true, "room", "somewhere"));
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @RegisterExtension
    static final RunningStandalone STANDALONE =
            new RunningStandalone("--parley.keys.devkey=secret", "--parley.keys.other=secret");

    @Test
    void aRoomIsMadeChangedReadAndEnded() throws Exception {
        HttpResponse<String> made = create("life", "\"emptyTimeout\":7,\"metadata\":\"m\"");
        assertThat(made.statusCode()).isEqualTo(201);
        assertThat(made.headers().firstValue("Location")).contains("/v1/rooms/life");
        JsonNode room = JSON.readTree(made.body());
        assertThat(room.get("sid").asString()).startsWith("RM_");
        assertThat(room.get("emptyTimeout").asInt()).isEqualTo(7);
        assertThat(room.get("metadata").asString()).isEqualTo("m");
        assertThat(Instant.parse(room.get("createdAt").asString()))
                .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(1));
        HttpResponse<String> again = create("life", "\"maxParticipants\":3");
        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(JSON.readTree(again.body()).get("sid")).isEqualTo(room.get("sid"));
        assertThat(JSON.readTree(get("/v1/rooms/life", ALL).body())).isEqualTo(JSON.readTree(again.body()));
        assertThat(send("DELETE", "/v1/rooms/life", ALL, null).statusCode()).isEqualTo(204);
        assertProblem(get("/v1/rooms/life", ALL), 404, "not_found");
        assertProblem(send("DELETE", "/v1/rooms/life", ALL, null), 404, "not_found");
    }

    @Test
    void aRoomSaysWhatBecomesOfADuplicateIdentity() throws Exception {
        JsonNode made =
                JSON.readTree(create("alike", "\"identityPolicy\":\"suffix\"").body());
        assertThat(made.get("identityPolicy").asString()).isEqualTo("suffix");
        JsonNode changed =
                JSON.readTree(create("alike", "\"identityPolicy\":\"reject\"").body());
        assertThat(changed.get("identityPolicy").asString()).isEqualTo("reject");
        JsonNode kept = JSON.readTree(create("alike", "\"maxParticipants\":3").body());
        assertThat(kept.get("identityPolicy").asString()).isEqualTo("reject");
        assertThat(JSON.readTree(get("/v1/rooms/alike", ALL).body()).get("identityPolicy"))
                .isEqualTo(kept.get("identityPolicy"));
        assertProblem(create("alike", "\"identityPolicy\":\"share\""), 400, "invalid_argument");
        send("DELETE", "/v1/rooms/alike", ALL, null);
    }

    @Test
    void aNameMayHaveAnythingInItThatAPathCanHold() throws Exception {
        HttpResponse<String> made = create("a/b;c ?ü%2F\\\\.", "\"maxParticipants\":3");
        String location = made.headers().firstValue("Location").orElseThrow();
        assertThat(JSON.readTree(get(location, ALL).body()).get("name").asString())
                .isEqualTo("a/b;c ?ü%2F\\.");
        assertThat(send("DELETE", location, ALL, null).statusCode()).isEqualTo(204);
    }

    @Test
    void allPagesTogetherHaveEachRoomOnce() throws Exception {
        List<String> names = new ArrayList<>();
        StringBuilder filter = new StringBuilder();
        for (int i = 0; i < 7; i++) {
            names.add("page-" + i);
            filter.append("&name=page-").append(i);
            create("page-" + i, "\"maxParticipants\":3");
        }
        List<String> listed = new ArrayList<>();
        String token = "";
        while (token != null) {
            JsonNode page = JSON.readTree(
                    get("/v1/rooms?pageSize=3" + filter + token, ALL).body());
            assertThat(page.get("rooms").size()).isLessThanOrEqualTo(3);
            page.get("rooms").forEach(room -> listed.add(room.get("name").asString()));
            token = page.has("nextPageToken")
                    ? "&pageToken=" + page.get("nextPageToken").asString()
                    : null;
        }
        assertThat(listed).containsExactlyElementsOf(names);
    }

    @Test
    void anUnchangedReadHasNoBody() throws Exception {
        create("polled", "\"metadata\":\"one\"");
        String etag = get("/v1/rooms/polled", ALL).headers().firstValue("ETag").orElseThrow();
        assertThat(etag).startsWith("\"");
        HttpResponse<String> same = send("GET", "/v1/rooms/polled", ALL, null, "If-None-Match", etag);
        assertThat(same.statusCode()).isEqualTo(304);
        assertThat(same.body()).isEmpty();
        assertThat(same.headers().firstValue("ETag")).contains(etag);
        create("polled", "\"metadata\":\"two\"");
        HttpResponse<String> changed = send("GET", "/v1/rooms/polled", ALL, null, "If-None-Match", etag);
        assertThat(changed.statusCode()).isEqualTo(200);
        assertThat(changed.headers().firstValue("ETag")).isPresent().isNotEqualTo(etag);
        HttpResponse<String> head = send("HEAD", "/v1/rooms/polled", ALL, null);
        assertThat(head.headers().firstValue("ETag"))
                .isEqualTo(changed.headers().firstValue("ETag"));
        assertThat(head.body()).isEmpty();
    }

    @Test
    void withoutATokenOrWithABadOneThereIsAChallenge() throws Exception {
        HttpResponse<String> none = get("/v1/rooms", null);
        assertProblem(none, 401, "unauthenticated");
        assertThat(none.headers().firstValue("WWW-Authenticate")).contains("Bearer");
        HttpResponse<String> bad = send("GET", "/v1/rooms", null, null, "Authorization", "Bearer nonsense");
        assertProblem(bad, 401, "unauthenticated");
        assertThat(bad.headers().firstValue("WWW-Authenticate")).contains("Bearer error=\"invalid_token\"");
        assertThat(bad.body()).doesNotContain("nonsense");
    }

    @Test
    void aTokenThatGrantsSomethingElseIsForbidden() throws Exception {
        assertProblem(get("/v1/rooms", ADMIN), 403, "permission_denied");
        assertProblem(send("POST", "/v1/rooms", ADMIN, "{\"name\":\"x\"}"), 403, "permission_denied");
        assertProblem(send("DELETE", "/v1/rooms/somewhere", ADMIN, null), 403, "permission_denied");
        assertProblem(get("/v1/rooms/elsewhere", ADMIN), 403, "permission_denied");
        assertProblem(get("/v1/rooms/elsewhere/participants", ADMIN), 403, "permission_denied");
        assertProblem(get("/v1/rooms/somewhere/participants", ALL), 403, "permission_denied");
        assertThat(get("/v1/rooms/somewhere/participants", ADMIN).body()).isEqualTo("{\"participants\":[]}");
        assertProblem(get("/v1/rooms/somewhere/participants/nobody", ADMIN), 404, "not_found");
        assertProblem(get("/v1/rooms/somewhere/participants/nobody/tracks", ADMIN), 404, "not_found");
        assertProblem(send("DELETE", "/v1/rooms/somewhere/participants/nobody", ADMIN, null), 404, "not_found");
    }

    @Test
    void metadataOfARoomChangesAlone() throws Exception {
        create("somewhere", "\"metadata\":\"m\",\"maxParticipants\":3");
        String etag =
                get("/v1/rooms/somewhere", ADMIN).headers().firstValue("ETag").orElseThrow();
        HttpResponse<String> changed = send("PATCH", "/v1/rooms/somewhere", ADMIN, "{\"metadata\":\"\"}");
        assertThat(changed.statusCode()).isEqualTo(200);
        assertThat(JSON.readTree(changed.body()).get("metadata").asString()).isEmpty();
        assertThat(JSON.readTree(changed.body()).get("maxParticipants").asInt()).isEqualTo(3);
        HttpResponse<String> read = send("GET", "/v1/rooms/somewhere", ADMIN, null, "If-None-Match", etag);
        assertThat(read.body()).isEqualTo(changed.body());
        send("DELETE", "/v1/rooms/somewhere", ALL, null);
        assertProblem(send("PATCH", "/v1/rooms/somewhere", ADMIN, "{\"metadata\":\"m\"}"), 404, "not_found");
    }

    @Test
    void aParticipantIsChangedAndWhatIsAbsentStays() throws Exception {
        WebSocket alice = join("met", "alice");
        VideoGrant admin = admin("met");
        String path = "/v1/rooms/met/participants/alice";
        send("PATCH", path, admin, "{\"name\":\"Al\",\"metadata\":\"m\",\"attributes\":{\"a\":\"1\",\"b\":\"2\"}}");
        HttpResponse<String> changed = send(
                "PATCH",
                path,
                admin,
                "{\"attributes\":{\"a\":\"\"},\"permission\":{\"canSubscribe\":true,\"canPublish\":false,\"canPublishData\":true,"
                        + "\"canPublishSources\":[\"camera\"]}}");
        JsonNode participant = JSON.readTree(changed.body());
        assertThat(participant.get("name").asString()).isEqualTo("Al");
        assertThat(participant.get("metadata").asString()).isEqualTo("m");
        assertThat(participant.get("attributes").toString()).isEqualTo("{\"b\":\"2\"}");
        assertThat(participant.get("permission").get("canPublish").asBoolean()).isFalse();
        assertThat(participant.get("permission").get("canPublishSources").toString())
                .isEqualTo("[\"camera\"]");
        assertThat(get(path, admin).body()).isEqualTo(changed.body());
        assertThat(send("POST", path + "/subscriptions", admin, "{\"trackSids\":[\"TR_x\"],\"subscribe\":true}")
                        .statusCode())
                .isEqualTo(204);
        assertThat(send("POST", "/v1/rooms/met/data", admin, "{\"data\":\"aGVsbG8=\"}")
                        .statusCode())
                .isEqualTo(204);
        assertThat(send("DELETE", path, admin, null).statusCode()).isEqualTo(204);
        alice.abort();
    }

    @Test
    void aParticipantIsMovedAndForwarded() throws Exception {
        WebSocket alice = join("here", "alice");
        VideoGrant there = VideoGrant.fromClaim(Map.of("roomAdmin", true, "room", "here", "destinationRoom", "there"));
        VideoGrant back = VideoGrant.fromClaim(Map.of("roomAdmin", true, "room", "there", "destinationRoom", "here"));
        String moved = "/v1/rooms/here/participants/alice/move";
        String toThere = "{\"destinationRoom\":\"there\"}";
        assertProblem(send("POST", moved, admin("here"), toThere), 403, "permission_denied");
        assertProblem(send("POST", moved, there, "{\"destinationRoom\":\"else\"}"), 403, "permission_denied");
        assertArgument(send("POST", moved, there, "{\"destination_room\":\"there\"}"), "destination_room", "unknown");
        assertProblem(send("POST", "/v1/rooms/here/participants/bob/move", there, toThere), 404, "not_found");
        assertThat(send("POST", moved, there, toThere).statusCode()).isEqualTo(204);
        assertThat(get("/v1/rooms/there/participants/alice", admin("there")).statusCode())
                .isEqualTo(200);
        assertProblem(get("/v1/rooms/here/participants/alice", admin("here")), 404, "not_found");
        assertProblem(send("POST", moved, there, toThere), 404, "not_found");
        String forwarded = "/v1/rooms/there/participants/alice/forward";
        String toHere = "{\"destinationRoom\":\"here\"}";
        for (int i = 0; i < 2; i++) {
            assertThat(send("POST", forwarded, back, toHere).statusCode()).isEqualTo(204);
        }
        assertThat(JSON.readTree(get("/v1/rooms/here/participants", admin("here"))
                                .body())
                        .get("participants"))
                .hasSize(1);
        assertProblem(
                send("PATCH", "/v1/rooms/here/participants/alice", admin("here"), "{\"name\":\"x\"}"),
                409,
                "failed_precondition");
        assertThat(send("DELETE", "/v1/rooms/here/participants/alice", admin("here"), null)
                        .statusCode())
                .isEqualTo(204);
        alice.abort();
    }

    /** Whoever has a room's token asks for what is not in it, or for more than may be. */
    @Test
    void whatCanNotBeDoneToAParticipantIsSaid() throws Exception {
        WebSocket alice = join("refused", "alice");
        VideoGrant admin = admin("refused");
        String room = "/v1/rooms/refused";
        String path = room + "/participants/alice";
        assertArgument(
                send("PATCH", path, admin, "{\"metadata\":\"" + "m".repeat((512 << 10) + 1) + "\"}"),
                "metadata",
                "524288 (parley.limit.max-metadata-size)");
        assertArgument(
                send("PATCH", path, admin, "{\"name\":\"" + "n".repeat(257) + "\"}"),
                "name",
                "256 (parley.limit.max-participant-name-length)");
        String half = "v".repeat(40 << 10);
        assertThat(send("PATCH", path, admin, "{\"attributes\":{\"a\":\"" + half + "\"}}")
                        .statusCode())
                .isEqualTo(200);
        assertArgument(
                send("PATCH", path, admin, "{\"attributes\":{\"b\":\"" + half + "\"}}"),
                "attributes",
                "65536 (parley.limit.max-attributes-size)");
        assertArgument(
                send("PATCH", room, admin, "{\"metadata\":\"" + "m".repeat((512 << 10) + 1) + "\"}"),
                "metadata",
                "524288 (parley.limit.max-metadata-size)");
        assertArgument(
                send("POST", room + "/data", admin, "{\"data\":\"" + "A".repeat(90_000) + "\"}"), "data", "64000");
        assertProblem(send("PATCH", path + "/tracks/TR_x", admin, "{\"muted\":true}"), 404, "not_found");
        HttpResponse<String> unmute = send("PATCH", path + "/tracks/TR_x", admin, "{\"muted\":false}");
        assertProblem(unmute, 409, "failed_precondition");
        assertThat(unmute.body()).contains("parley.room.enable-remote-unmute");
        String bob = room + "/participants/bob";
        assertProblem(send("PATCH", bob, admin, "{\"name\":\"Bob\"}"), 404, "not_found");
        assertProblem(send("PATCH", bob + "/tracks/TR_x", admin, "{\"muted\":true}"), 404, "not_found");
        assertProblem(
                send("POST", bob + "/subscriptions", admin, "{\"trackSids\":[],\"subscribe\":true}"), 404, "not_found");
        assertProblem(send("POST", bob + "/rpc", admin, "{\"method\":\"m\"}"), 404, "not_found");
        alice.abort();
    }

    @Test
    void aNodeIsDrainedAndTakenIntoServiceAgain() throws Exception {
        JsonNode node = JSON.readTree(get("/v1/nodes", ALL).body()).get("nodes").get(0);
        assertThat(node.get("id").asString()).startsWith("ND_");
        assertThat(node.get("draining").asBoolean()).isFalse();
        assertThat(node.get("cores").asInt()).isPositive();
        create("before-drain", "\"maxParticipants\":3");
        String path = "/v1/nodes/" + node.get("id").asString();
        VideoGrant guest = VideoGrant.fromClaim(
                Map.of("roomCreate", true, "roomList", true, "roomJoin", true, "room", "before-drain"));
        for (String operation : List.of("/drain", "/undrain")) {
            assertProblem(send("POST", path + operation, guest, "{}"), 403, "permission_denied");
            assertProblem(send("POST", "/v1/nodes/ND_none" + operation, ALL, "{}"), 404, "not_found");
        }
        assertProblem(send("POST", path + "/drain", ALL, "{\"deadlineSeconds\":604801}"), 400, "invalid_argument");
        assertThat(send("POST", path + "/drain", ALL, "{\"deadlineSeconds\":600}")
                        .statusCode())
                .isEqualTo(204);
        try {
            awaitDraining(true);
            assertProblem(create("while-drain", "\"maxParticipants\":3"), 503, "unavailable");
            assertThat(create("before-drain", "\"maxParticipants\":4").statusCode())
                    .as("rooms that are there go on")
                    .isEqualTo(200);
        } finally {
            assertThat(send("POST", path + "/undrain", ALL, null).statusCode()).isEqualTo(204);
            awaitDraining(false);
        }
        assertThat(create("after-drain", "\"maxParticipants\":3").statusCode()).isEqualTo(201);
    }

    private static void awaitDraining(boolean expected) {
        Awaitility.await()
                .until(() -> JSON.readTree(get("/v1/nodes", ALL).body())
                                .get("nodes")
                                .get(0)
                                .get("draining")
                                .asBoolean()
                        == expected);
    }

    @Test
    void aDispatchIsMadeOnceReadAndTakenBack() throws Exception {
        VideoGrant admin = admin("agents");
        String path = "/v1/rooms/agents/dispatches";
        String body = "{\"agentName\":\"none\",\"metadata\":\"m\"}";
        HttpResponse<String> made = send("POST", path, admin, body, "Idempotency-Key", "d1");
        assertThat(made.statusCode()).isEqualTo(201);
        HttpResponse<String> again = send("POST", path, admin, body, "Idempotency-Key", "d1");
        assertThat(again.statusCode()).isEqualTo(201);
        assertThat(again.body()).isEqualTo(made.body());
        String location = made.headers().firstValue("Location").orElseThrow();
        String id = JSON.readTree(made.body()).get("id").asString();
        assertThat(location).isEqualTo(path + "/" + id);
        assertThat(get(location, admin).body()).isEqualTo(made.body());
        assertThat(ids(get(path, admin))).containsOnlyOnce(id);
        send("POST", path, admin, "{\"agentName\":\"another\"}");
        List<String> all = ids(get(path, admin));
        HttpResponse<String> page = get(path + "?pageSize=1", admin);
        List<String> paged = new ArrayList<>(ids(page));
        String token = JSON.readTree(page.body()).get("nextPageToken").asString();
        paged.addAll(ids(get(path + "?pageSize=1000&pageToken=" + token, admin)));
        assertThat(paged).isEqualTo(all);
        String etag = get(location, admin).headers().firstValue("ETag").orElseThrow();
        assertThat(send("GET", location, admin, null, "If-None-Match", etag).statusCode())
                .isEqualTo(304);
        assertThat(send("DELETE", location, admin, null).statusCode()).isEqualTo(204);
        assertProblem(get(location, admin), 404, "not_found");
        assertProblem(send("DELETE", location, admin, null), 404, "not_found");
        assertThat(ids(get(path, admin))).doesNotContain(id);
        assertProblem(get("/v1/rooms/nowhere/dispatches", admin("nowhere")), 404, "not_found");
        assertArgument(send("POST", path, admin, "{\"agentName\":\"" + "n".repeat(257) + "\"}"), "agentName", "256");
        assertArgument(
                send("POST", path, admin, "{\"agentName\":\"a\",\"metadata\":\"" + "m".repeat((512 << 10) + 1) + "\"}"),
                "metadata",
                "524288 (parley.limit.max-metadata-size)");
    }

    /** Whoever has a room's token may ask for agents without end. */
    @Test
    void aRoomHasSoManyDispatchesAndIsMadeWithNoMore() throws Exception {
        String agent = "{\"agentName\":\"a\",\"deployment\":\"blue\",\"attributes\":{\"k\":\"v\"}}";
        create("crowded", "\"agents\":[" + (agent + ",").repeat(63) + agent + "]");
        VideoGrant admin = admin("crowded");
        String path = "/v1/rooms/crowded/dispatches";
        JsonNode dispatch =
                JSON.readTree(get(path, admin).body()).get("dispatches").get(63);
        assertThat(dispatch.get("deployment").asString()).isEqualTo("blue");
        assertThat(dispatch.get("attributes").toString()).isEqualTo("{\"k\":\"v\"}");
        HttpResponse<String> more = send("POST", path, admin, agent);
        assertProblem(more, 429, "resource_exhausted");
        assertThat(more.body()).contains("64");
        assertArgument(
                send(
                        "POST",
                        "/v1/rooms",
                        ALL,
                        "{\"name\":\"x\",\"agents\":[" + (agent + ",").repeat(64) + agent + "]}"),
                "agents",
                "64");
        assertArgument(send("POST", path, admin, agent.replace("blue", "dark_blue")), "deployment", "underscores");
    }

    private static List<String> ids(HttpResponse<String> dispatches) {
        return JSON.readTree(dispatches.body())
                .get("dispatches")
                .valueStream()
                .map(dispatch -> dispatch.get("id").asString())
                .toList();
    }

    @Test
    void whatIsWrongIsNamed() throws Exception {
        assertArgument("{\"name\":\"x\",\"emptyTimout\":1}", "emptyTimout", "emptyTimeout");
        assertArgument("{\"name\":\"x\",\"emptyTimeout\":\"1\"}", "emptyTimeout", "integer");
        assertArgument("{\"name\":\"x\",\"emptyTimeout\":1.5}", "emptyTimeout", "integer");
        assertArgument("{\"name\":\"x\",\"emptyTimeout\":-1}", "emptyTimeout", "0");
        assertArgument("{\"name\":\"x\",\"emptyTimeout\":99999999999}", "emptyTimeout", "integer");
        assertArgument("{\"name\":\"x\",\"emptyTimeout\":1e999999999}", "emptyTimeout", "integer");
        assertArgument("{\"name\":\"x\",\"emptyTimeout\":" + "9".repeat(900) + "}", "emptyTimeout", "integer");
        assertArgument("{\"name\":[[]]}", "name", "string");
        assertArgument("{\"name\":7}", "name", "string");
        assertArgument("{\"name\":null}", "name", "required");
        assertArgument("{}", "name", "required");
        assertArgument("{\"name\":\"\"}", "name", "1 bytes or more");
        assertArgument("{\"name\":\"" + "ü".repeat(129) + "\"}", "name", "256 (parley.limit.max-room-name-length)");
        assertArgument(
                "{\"name\":\"x\",\"metadata\":\"" + "m".repeat((512 << 10) + 1) + "\"}",
                "metadata",
                "524288 (parley.limit.max-metadata-size)");
        for (String body : List.of(
                "[".repeat(100_000),
                "",
                "[]",
                "null",
                "{\"name\":\"x\"} {}",
                "{\"name\":\"x\",\"name\":\"y\"}",
                "{\"name\":")) {
            assertProblem(send("POST", "/v1/rooms", ALL, body), 400, "malformed");
        }
        assertProblem(get("/v1/rooms?page_size=1", ALL), 400, "invalid_argument");
        assertProblem(get("/v1/rooms?pageSize=0", ALL), 400, "invalid_argument");
        assertProblem(get("/v1/rooms?pageSize=1001", ALL), 400, "invalid_argument");
        assertProblem(get("/v1/rooms?pageSize=1&pageSize=2", ALL), 400, "invalid_argument");
        assertProblem(get("/v1/rooms?pageToken=what", ALL), 400, "invalid_argument");
        assertProblem(get("/v1/rooms/" + "r".repeat(257), ALL), 404, "not_found");
        assertProblem(send("DELETE", "/v1/rooms/x", ALL, null, "If-Match", "\"1\""), 400, "invalid_argument");
    }

    @Test
    void whatIsNoneOfTheRoutesIsAProblemToo() throws Exception {
        assertProblem(get("/v1/what", ALL), 404, "bad_route");
        assertProblem(get("/v1", ALL), 404, "bad_route");
        HttpResponse<String> put = send("PUT", "/v1/rooms/x", ALL, "{}");
        assertProblem(put, 405, "method_not_allowed");
        assertThat(put.headers().firstValue("Allow").orElseThrow())
                .contains("GET")
                .contains("DELETE");
        assertProblem(
                send("POST", "/v1/rooms", ALL, "name=x", "Content-Type", "application/x-www-form-urlencoded"),
                415,
                "unsupported_media_type");
        assertProblem(send("POST", "/v1/rooms", ALL, "x".repeat(11 << 20)), 413, "content_too_large");
        assertThat(HTTP.send(
                                HttpRequest.newBuilder(URI.create(
                                                "http://127.0.0.1:" + STANDALONE.managementPort() + "/v1/rooms"))
                                        .build(),
                                BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void aCallWithTheSameKeyIsMadeOnce() throws Exception {
        String body = "{\"name\":\"once\"}";
        HttpResponse<String> first = send("POST", "/v1/rooms", ALL, body, "Idempotency-Key", "k1");
        send("DELETE", "/v1/rooms/once", ALL, null);
        HttpResponse<String> again = send("POST", "/v1/rooms", ALL, body, "Idempotency-Key", "k1");
        assertThat(again.statusCode()).isEqualTo(201);
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(again.headers().firstValue("Location"))
                .isEqualTo(first.headers().firstValue("Location"));
        assertThat(again.headers().firstValue("Idempotency-Replayed")).contains("true");
        assertThat(first.headers().firstValue("Idempotency-Replayed")).isEmpty();
        assertProblem(get("/v1/rooms/once", ALL), 404, "not_found");
        assertProblem(
                send("POST", "/v1/rooms", ALL, "{\"name\":\"other\"}", "Idempotency-Key", "k1"),
                422,
                "unprocessable_content");
        assertProblem(
                send("POST", "/v1/rooms", ALL, body, "Idempotency-Key", "k".repeat(256)), 400, "invalid_argument");
        String other = AccessTokens.mint(KEYS, "other", "x", ALL, Instant.now().minusSeconds(1), TIMEOUT);
        HttpResponse<String> others =
                send("POST", "/v1/rooms", null, body, "Idempotency-Key", "k1", "Authorization", "Bearer " + other);
        assertThat(others.body()).isNotEqualTo(first.body());
        assertThat(others.headers().firstValue("Idempotency-Replayed")).isEmpty();
    }

    @Test
    void callsWithTheSameKeyAtOnceHaveOneAnswer() {
        List<CompletableFuture<String>> calls = IntStream.range(0, 20)
                .mapToObj(i -> HTTP.sendAsync(
                                request("POST", "/v1/rooms", ALL, "{\"name\":\"at-once\"}", "Idempotency-Key", "k2"),
                                BodyHandlers.ofString())
                        .thenApply(response -> response.statusCode() + response.body()))
                .toList();
        assertThat(calls.stream().map(CompletableFuture::join).distinct())
                .hasSize(1)
                .allMatch(answer -> answer.startsWith("201"));
    }

    @Test
    void theDocumentHasEveryRouteAndNoneOfThemTakesCallersWithoutAToken() throws Exception {
        Set<String> documented = new TreeSet<>();
        JsonNode paths = JSON.readTree(get("/v1/openapi.json", null).body()).get("paths");
        for (String path : paths.propertyNames()) {
            for (String method : paths.get(path).propertyNames()) {
                if (!method.equals("parameters")) {
                    documented.add(method.toUpperCase(Locale.ROOT) + " " + path);
                    String named = path.replaceAll("\\{\\w+}", "x");
                    assertProblem(send(method.toUpperCase(Locale.ROOT), named, null, "{}"), 401, "unauthenticated");
                }
            }
        }
        Set<String> routed = new TreeSet<>();
        Matcher routes = Pattern.compile("\\[?(\\w+)(?:, HEAD]|, GET])? && (/v1/\\S+?)\\)")
                .matcher(STANDALONE.context().getBean("restApi").toString().replace("HEAD, GET", "GET, HEAD"));
        while (routes.find()) {
            routed.add(routes.group(1) + " " + routes.group(2));
        }
        routed.removeIf(route -> route.contains("/v1/openapi") || route.contains("/v1/docs"));
        assertThat(routed).isEqualTo(documented);
    }

    @Test
    void theDocumentAndItsPageComeFromThisServer() throws Exception {
        JsonNode document = JSON.readTree(get("/v1/openapi.json", null).body());
        assertThat(document.get("openapi").asString()).startsWith("3.1");
        HttpResponse<String> yaml = get("/v1/openapi.yaml", null);
        assertThat(yaml.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/yaml");
        assertThat(new Yaml().<Object>load(yaml.body())).isEqualTo(JSON.convertValue(document, Object.class));
        HttpResponse<String> page = get("/v1/docs", null);
        assertThat(page.body()).doesNotContain("http:").doesNotContain("https:");
        Matcher links = Pattern.compile("(?:src|href)=\"(docs/[^\"]+)\"").matcher(page.body());
        int found = 0;
        for (; links.find(); found++) {
            HttpResponse<String> file = get("/v1/" + links.group(1), null);
            assertThat(file.statusCode()).as(links.group(1)).isEqualTo(200);
            assertThat(file.body()).isNotEmpty();
        }
        assertThat(found).isEqualTo(4);
        assertProblem(get("/v1/docs/index.html", null), 404, "bad_route");
        assertThat(get("/v1/docs/..%2f..%2fstandalone.yaml", null).statusCode()).isEqualTo(400);
    }

    private static void assertArgument(String body, String argument, String detail) throws Exception {
        assertArgument(send("POST", "/v1/rooms", ALL, body), argument, detail);
    }

    private static void assertArgument(HttpResponse<String> response, String argument, String detail) {
        assertProblem(response, 400, "invalid_argument");
        JsonNode problem = JSON.readTree(response.body());
        assertThat(problem.get("argument").asString()).isEqualTo(argument);
        assertThat(problem.get("detail").asString()).startsWith(argument).contains(detail);
    }

    private static void assertProblem(HttpResponse<String> response, int status, String code) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        JsonNode problem = JSON.readTree(response.body());
        assertThat(problem.get("status").asInt()).isEqualTo(status);
        assertThat(problem.get("code").asString()).isEqualTo(code);
        assertThat(problem.get("title").asString()).isNotEmpty();
        assertThat(problem.get("detail").asString()).isNotEmpty();
    }

    private static VideoGrant admin(String room) {
        return VideoGrant.fromClaim(Map.of("roomAdmin", true, "room", room));
    }

    /** There once the room has answered. */
    private static WebSocket join(String room, String identity) {
        String token = AccessTokens.mint(
                KEYS, "devkey", identity, VideoGrant.join(room), Instant.now().minusSeconds(1), TIMEOUT);
        CompletableFuture<Void> joined = new CompletableFuture<>();
        WebSocket socket = HTTP.newWebSocketBuilder()
                .buildAsync(
                        URI.create("ws://127.0.0.1:" + STANDALONE.port() + "/rtc?protocol=16&access_token=" + token),
                        new WebSocket.Listener() {
                            @Override
                            public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
                                joined.complete(null);
                                from.request(1);
                                return null;
                            }
                        })
                .join();
        joined.orTimeout(TIMEOUT.toSeconds(), TimeUnit.SECONDS).join();
        return socket;
    }

    private static HttpResponse<String> create(String name, String more) throws Exception {
        return send("POST", "/v1/rooms", ALL, "{\"name\":\"" + name + "\"," + more + "}");
    }

    private static HttpResponse<String> get(String path, VideoGrant grant) throws Exception {
        return send("GET", path, grant, null);
    }

    private static HttpResponse<String> send(
            String method, String path, VideoGrant grant, String body, String... headers)
            throws IOException, InterruptedException {
        return HTTP.send(request(method, path, grant, body, headers), BodyHandlers.ofString());
    }

    private static HttpRequest request(String method, String path, VideoGrant grant, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + STANDALONE.port() + path))
                .timeout(TIMEOUT)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (body != null) {
            request.setHeader("Content-Type", "application/json");
        }
        if (grant != null) {
            request.setHeader(
                    "Authorization",
                    "Bearer "
                            + AccessTokens.mint(
                                    KEYS,
                                    "devkey",
                                    "tester",
                                    grant,
                                    Instant.now().minusSeconds(1),
                                    TIMEOUT));
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        return request.build();
    }
}
