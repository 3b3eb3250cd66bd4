// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.parley.api.event.Event;
import io.parley.api.event.EventType;
import io.parley.api.token.VideoGrant;
import io.parley.cluster.EventLog;
import io.parley.edge.security.AccessTokens;
import io.parley.edge.security.ApiKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import livekit.LivekitModels.Room;
import livekit.LivekitWebhook.WebhookEvent;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Endpoints and deliveries by the REST API, with a receiver of our own. */
class WebhookIT {
    private static final ApiKeys KEYS = new ApiKeys(Map.of("devkey", "secret", "other", "secret"));
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final JsonMapper JSON = new JsonMapper();
    private static final String ENDPOINTS = "/v1/webhook-endpoints";

    /** "path event-id" of what came. */
    private static final List<String> GOT = new CopyOnWriteArrayList<>();

    private static volatile int status = 200;
    private static final HttpServer RECEIVER = receiver();

    @RegisterExtension
    static final RunningStandalone STANDALONE = new RunningStandalone(
            "--parley.keys.devkey=secret",
            "--parley.keys.other=secret",
            "--parley.webhook.endpoints[0].url=" + url("/configured"),
            "--parley.webhook.endpoints[0].api-key=devkey",
            "--parley.webhook.allowed-networks=127.0.0.0/8");

    private static HttpServer receiver() {
        try {
            HttpServer receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            receiver.createContext("/", exchange -> {
                exchange.getRequestBody().readAllBytes();
                String path = exchange.getRequestURI().getPath();
                GOT.add(path + " " + exchange.getRequestHeaders().getFirst("webhook-id"));
                exchange.sendResponseHeaders(path.equals("/configured") ? 200 : status, -1);
                exchange.close();
            });
            receiver.start();
            return receiver;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterAll
    static void stop() {
        RECEIVER.stop(0);
    }

    private static String url(String path) {
        return "http://127.0.0.1:" + RECEIVER.getAddress().getPort() + path;
    }

    private static HttpResponse<String> send(String key, String method, String path, String body) throws Exception {
        return send(key, VideoGrant.fromClaim(Map.of("roomCreate", true)), method, path, body);
    }

    private static HttpResponse<String> send(String key, VideoGrant grant, String method, String path, String body)
            throws Exception {
        String token = AccessTokens.mint(KEYS, key, "admin", grant, Instant.now(), Duration.ofMinutes(5));
        return HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + STANDALONE.port() + path))
                        .header("Authorization", "Bearer " + token)
                        .header("Content-Type", "application/json")
                        .method(method, BodyPublishers.ofString(body, UTF_8))
                        .build(),
                BodyHandlers.ofString());
    }

    private static JsonNode call(String method, String path, String body) throws Exception {
        HttpResponse<String> response = send("devkey", method, path, body);
        assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
        return JSON.readTree(response.body().isEmpty() ? "{}" : response.body());
    }

    private static String make(String path, String more) throws Exception {
        return call("POST", ENDPOINTS, "{\"url\":\"" + url(path) + "\"" + more + "}")
                .get("id")
                .asString();
    }

    private static void happens(String room, String id) {
        WebhookEvent body = WebhookEvent.newBuilder()
                .setEvent(EventType.ROOM_STARTED.wireName())
                .setId(id)
                .setRoom(Room.newBuilder().setName(room).setSid("RM_" + id))
                .build();
        STANDALONE
                .context()
                .getBean(EventLog.class)
                .append(new Event(room, System.currentTimeMillis(), 1, System.currentTimeMillis(), "", body));
    }

    private static void assertRefused(HttpResponse<String> response, int status, String text) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.body()).contains(text);
    }

    @Test
    void anEndpointIsMadeTestedReadChangedAndForgotten() throws Exception {
        JsonNode made = call("POST", ENDPOINTS, "{\"url\":\"" + url("/life") + "\",\"room\":\"only\"}");
        assertThat(made.get("secret").asString()).startsWith("whsec_");
        String path = ENDPOINTS + "/" + made.get("id").asString();
        String event = call("POST", path + "/test", "").get("event").asString();
        await().until(() -> GOT.contains("/life " + event));
        await().untilAsserted(() -> {
            JsonNode delivered =
                    call("GET", path + "/deliveries?state=delivered", "").get("deliveries");
            assertThat(delivered.size()).isOne();
            assertThat(delivered.get(0).get("event").asString()).isEqualTo(event);
            assertThat(delivered.get(0).get("type").asString()).isEqualTo("webhook_test");
            assertThat(delivered.get(0).get("attempts").get(0).get("status").asInt())
                    .isEqualTo(200);
        });
        JsonNode ofEvent = call("GET", "/v1/webhook-events/" + event + "/deliveries", "");
        assertThat(ofEvent.get("deliveries").get(0).get("state").asString()).isEqualTo("delivered");

        JsonNode changed = call("PATCH", path, "{\"excludeEvents\":[\"room_started\"],\"enabled\":false}");
        assertThat(changed.get("enabled").asBoolean()).isFalse();
        assertThat(changed.get("disabledReason").asString()).contains("API");
        assertThat(changed.get("room").asString()).isEqualTo("only");
        assertThat(changed.has("secret")).isFalse();
        assertThat(call("PATCH", path, "{\"enabled\":true}").get("enabled").asBoolean())
                .isTrue();
        String next = call("POST", path + "/rotate-secret", "{}").get("secret").asString();
        assertThat(next).startsWith("whsec_").isNotEqualTo(made.get("secret").asString());
        call("DELETE", path, "");
        assertRefused(send("devkey", "GET", path, ""), 404, "not_found");
    }

    @Test
    void whatHappensReachesEveryEndpointThatWantsIt() throws Exception {
        make("/all", "");
        make("/here", ",\"room\":\"here\"");
        make("/finished", ",\"includeEvents\":[\"room_finished\"]");
        happens("here", "EV_here");
        happens("there", "EV_there");
        await().untilAsserted(() -> assertThat(GOT)
                .contains(
                        "/configured EV_here",
                        "/configured EV_there",
                        "/all EV_here",
                        "/all EV_there",
                        "/here EV_here"));
        assertThat(GOT).doesNotContain("/here EV_there", "/finished EV_here", "/finished EV_there");
    }

    /** Any participant whose token lets it make its room: what happened in all of the key's rooms went where it said. */
    @Test
    void whatHappensIsNotSentWhereAParticipantWantsIt() throws Exception {
        VideoGrant guest = VideoGrant.fromClaim(Map.of("roomCreate", true, "roomJoin", true, "room", "guests"));
        String hook = "{\"url\":\"" + url("/guest") + "\"}";
        assertRefused(send("devkey", guest, "POST", ENDPOINTS, hook), 403, "without roomJoin");
        assertRefused(send("devkey", guest, "GET", ENDPOINTS, ""), 403, "without roomJoin");
        String body = "{\"name\":\"others\",\"webhooks\":[" + hook + "]}";
        assertRefused(send("devkey", guest, "POST", "/v1/rooms", body), 403, "without roomJoin");
        assertThat(send("devkey", guest, "POST", "/v1/rooms", "{\"name\":\"guests\"}")
                        .statusCode())
                .isEqualTo(201);
    }

    @Test
    void aRoomIsMadeWithItsOwnEndpoints() throws Exception {
        String hook = "{\"url\":\"" + url("/of-room") + "\"}";
        String body = "{\"name\":\"own\",\"webhooks\":[" + hook + "]}";
        assertThat(send("devkey", "POST", "/v1/rooms", body).statusCode()).isEqualTo(201);
        assertThat(send("devkey", "POST", "/v1/rooms", body).statusCode()).isEqualTo(200);
        assertThat(call("GET", ENDPOINTS, "").get("endpoints").valueStream())
                .filteredOn(endpoint -> endpoint.get("room").asString().equals("own"))
                .hasSize(1);
        happens("own", "EV_own");
        await().until(() -> GOT.contains("/of-room EV_own"));
        assertRefused(
                send("devkey", "POST", "/v1/rooms", "{\"name\":\"no\",\"webhooks\":[{\"url\":\"nonsense\"}]}"),
                400,
                "\"url\"");
        String many = String.join(",", hook, hook, hook, hook, hook);
        assertRefused(
                send("devkey", "POST", "/v1/rooms", "{\"name\":\"no\",\"webhooks\":[" + many + "]}"), 400, "webhooks");
    }

    @Test
    void whatWasGivenUpIsReplayed() throws Exception {
        String path = ENDPOINTS + "/" + make("/gone", "");
        status = 410;
        try {
            String event = call("POST", path + "/test", "").get("event").asString();
            await().untilAsserted(() ->
                    assertThat(call("GET", path, "").get("dead").asInt()).isOne());
            JsonNode off = call("GET", path, "");
            assertThat(off.get("disabledReason").asString()).contains("410");
            assertThat(off.get("failingSince").asString()).isNotEmpty();
            status = 200;
            call("PATCH", path, "{\"enabled\":true}");
            assertThat(call("POST", path + "/replay", "{}").get("replayed").asInt())
                    .isOne();
            assertThat(call("POST", path + "/replay", "{\"events\":[\"" + event + "\"]}")
                            .get("replayed")
                            .asInt())
                    .isZero();
            await().until(() -> GOT.stream().filter(("/gone " + event)::equals).count() == 2);
        } finally {
            status = 200;
        }
    }

    @Test
    void anEndpointOfTheConfigurationIsSeenAndNotChanged() throws Exception {
        JsonNode configured = null;
        for (JsonNode endpoint : call("GET", ENDPOINTS, "").get("endpoints")) {
            configured = endpoint.get("configured").asBoolean() ? endpoint : configured;
        }
        assertThat(configured).isNotNull();
        assertThat(configured.get("url").asString()).isEqualTo(url("/configured"));
        String path = ENDPOINTS + "/" + configured.get("id").asString();
        assertRefused(send("devkey", "DELETE", path, ""), 409, "parley.webhook");
        assertRefused(send("devkey", "PATCH", path, "{\"url\":\"http://x\"}"), 409, "parley.webhook");
        assertRefused(send("devkey", "POST", path + "/rotate-secret", "{}"), 409, "parley.webhook");
    }

    /** Whoever has another API key of the server. */
    @Test
    void endpointsOfAnotherKeyAreNotThere() throws Exception {
        String path = ENDPOINTS + "/" + make("/mine", "");
        String event = call("POST", path + "/test", "").get("event").asString();
        assertRefused(send("other", "GET", path, ""), 404, "not_found");
        assertRefused(send("other", "DELETE", path, ""), 404, "not_found");
        assertRefused(send("other", "PATCH", path, "{\"enabled\":false}"), 404, "not_found");
        assertRefused(send("other", "POST", path + "/replay", "{}"), 404, "not_found");
        assertThat(send("other", "GET", ENDPOINTS, "").body()).isEqualTo("{\"endpoints\":[]}");
        assertThat(send("other", "GET", "/v1/webhook-events/" + event + "/deliveries", "")
                        .body())
                .isEqualTo("{\"deliveries\":[]}");
    }

    @Test
    void aKeyHasSoManyEndpointsAndNoMore() throws Exception {
        String body = "{\"url\":\"" + url("/many") + "\",\"room\":\"none\"}";
        for (int i = 0; i < 32; i++) {
            assertThat(send("other", "POST", ENDPOINTS, body).statusCode()).isEqualTo(201);
        }
        assertRefused(send("other", "POST", ENDPOINTS, body), 429, "32");
        for (JsonNode endpoint :
                JSON.readTree(send("other", "GET", ENDPOINTS, "").body()).get("endpoints")) {
            send("other", "DELETE", ENDPOINTS + "/" + endpoint.get("id").asString(), "");
        }
    }

    @Test
    void whatCanNotBeIsSaid() throws Exception {
        for (String url : List.of("ftp://a", "http://", "http:///a", "nonsense", "http://user@a", "http://a:99999")) {
            assertRefused(send("devkey", "POST", ENDPOINTS, "{\"url\":\"" + url + "\"}"), 400, "\"url\"");
        }
        assertRefused(
                send("devkey", "POST", ENDPOINTS, "{\"url\":\"http://a/" + "a".repeat(2_048) + "\"}"), 400, "\"url\"");
        assertRefused(
                send("devkey", "POST", ENDPOINTS, "{\"url\":\"http://a\",\"includeEvents\":[\"nothing\"]}"),
                400,
                "includeEvents");
        String path = ENDPOINTS + "/" + make("/said", "");
        assertRefused(send("devkey", "GET", path + "/deliveries?state=lost", ""), 400, "state");
        assertRefused(send("devkey", "GET", path + "/deliveries?pageToken=x", ""), 400, "pageToken");
        assertRefused(send("devkey", "POST", path + "/rotate-secret", "{\"overlapHours\":721}"), 400, "overlapHours");
    }
}
