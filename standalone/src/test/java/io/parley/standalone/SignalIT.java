// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.api.token.Grants;
import io.parley.api.token.SipGrant;
import io.parley.api.token.VideoGrant;
import io.parley.edge.security.AccessTokens;
import io.parley.edge.security.ApiKeys;
import io.parley.node.SfuNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import livekit.LivekitModels.ClientInfo;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitRtc.ConnectionSettings;
import livekit.LivekitRtc.JoinRequest;
import livekit.LivekitRtc.LeaveRequest;
import livekit.LivekitRtc.Ping;
import livekit.LivekitRtc.RoomMovedResponse;
import livekit.LivekitRtc.SessionDescription;
import livekit.LivekitRtc.SignalRequest;
import livekit.LivekitRtc.SignalResponse;
import livekit.LivekitRtc.WrappedJoinRequest;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import tools.jackson.databind.json.JsonMapper;

/** The HTTP edge and the signal socket of a running process, without media. */
@ExtendWith(OutputCaptureExtension.class)
class SignalIT {
    private static final ApiKeys KEYS = new ApiKeys(Map.of("devkey", "secret"));
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** As of {@code test --long}. */
    private static final int EFFORT = Integer.getInteger("parley.effort", 1);

    @RegisterExtension
    static final RunningStandalone STANDALONE = new RunningStandalone();

    @Test
    void answersLoadBalancersAtTheRoot() throws Exception {
        HttpResponse<String> response = get("/");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("OK");
        assertThat(get("/nothing-here").statusCode()).isEqualTo(404);
    }

    @Test
    void aBadTokenIsRefusedOnEveryPathAndEveryOriginMayKnow() throws Exception {
        for (String path : new String[] {"/", "/rtc/v1", "/rtc/v1/validate", "/nothing-here"}) {
            HttpResponse<String> response = HTTP.send(
                    HttpRequest.newBuilder(uri("http", path))
                            .timeout(TIMEOUT)
                            .header("Authorization", "Bearer not.a.token")
                            .header("Origin", "https://example.org")
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).as(path).isEqualTo(401);
            assertThat(response.headers().firstValue("Access-Control-Allow-Origin"))
                    .as(path)
                    .contains("https://example.org");
        }
        HttpResponse<String> noBearer = HTTP.send(
                HttpRequest.newBuilder(uri("http", "/"))
                        .timeout(TIMEOUT)
                        .header("Authorization", "Basic eA==")
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(noBearer.statusCode()).isEqualTo(401);
    }

    @Test
    void validateSaysWhatTheSocketWould() throws Exception {
        assertThat(validate(token(VideoGrant.join("room"), HOUR)).body()).isEqualTo("success");
        assertThat(get("/rtc/v1/validate?join_request=" + joinRequest()).statusCode())
                .isEqualTo(401);
        HttpResponse<String> expired = validate(token(VideoGrant.join("room"), Duration.ofHours(-1)));
        assertThat(expired.statusCode()).isEqualTo(401);
        assertThat(expired.body()).contains("expired");
        HttpResponse<String> noJoin = validate(token(VideoGrant.fromClaim(Map.of("room", "room")), HOUR));
        assertThat(noJoin.statusCode()).isEqualTo(401);
        assertThat(noJoin.body()).isEqualTo("permissions denied");
        HttpResponse<String> noRequest = get("/rtc/v1/validate?access_token=" + token(VideoGrant.join("room"), HOUR));
        assertThat(noRequest.statusCode()).isEqualTo(400);
    }

    /** Reactor Netty stopped to read a connection whose last response had been finished on a thread that is not its own. */
    @Test
    void manyRequestsOnOneConnectionAreAllAnswered() throws Exception {
        String path = "/rtc/v1/validate?join_request=" + joinRequest();
        byte[] request = ("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        try (Socket socket = new Socket("127.0.0.1", STANDALONE.port())) {
            socket.setSoTimeout((int) TIMEOUT.toMillis());
            BufferedReader responses =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            for (int i = 0; i < 300; i++) {
                socket.getOutputStream().write(request);
                for (String line = responses.readLine(); !line.isEmpty(); line = responses.readLine()) {
                    assertThat(line).isNotNull();
                }
                assertThat(responses.skip("permissions denied".length())).isEqualTo("permissions denied".length());
            }
        }
    }

    /** LiveKit forgives a minute of clock skew. */
    @Test
    void aTokenThatExpiredASecondAgoIsStillGood() throws Exception {
        assertThat(validate(token(VideoGrant.join("room"), Duration.ofSeconds(-1)))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void aPlainGetOfTheSocketIsNotFound() throws Exception {
        String path = "/rtc/v1?access_token=" + token(VideoGrant.join("room"), HOUR) + "&join_request=" + joinRequest();
        assertThat(get(path).statusCode()).isEqualTo(404);
    }

    @Test
    void refusalsComeBeforeTheUpgrade() {
        assertThatThrownBy(() -> connect(token(VideoGrant.join(""), HOUR)))
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        e -> assertThat(e.getResponse().statusCode()).isEqualTo(400));
    }

    /** Browsers hear no status of a socket that was refused, and ask for it afterwards. */
    @Test
    void whoIsRefusedForItsIdentityLearnsItFromTheSocketAndFromValidate() throws Exception {
        String token = token("alice", "taken", Map.of("tags", Map.of("parley.identity", "reject")));
        assertThat(validate(token).statusCode()).isEqualTo(200);
        Client first = connect(token);
        assertThat(first.next().hasJoin()).isTrue();
        String refreshed =
                first.nextOf(SignalResponse.MessageCase.REFRESH_TOKEN).getRefreshToken();

        assertThat(refusal(token)).isEqualTo(403);
        HttpResponse<String> validated = validate(token);
        assertThat(validated.statusCode()).isEqualTo(403);
        assertThat(validated.body()).contains("\"alice\" is in the room already");
        assertThat(refusal(token("alice", "taken", Map.of())))
                .as("the room rejects")
                .isEqualTo(403);
        assertThat(validate(refreshed).statusCode()).as("it is itself").isEqualTo(200);
        Client again = connect(refreshed);
        assertThat(again.next().getJoin().getParticipant().getIdentity()).isEqualTo("alice");
        assertThat(validate(token("alice", "taken", Map.of("tags", Map.of("parley.identity", "no such"))))
                        .statusCode())
                .isEqualTo(400);
        again.leave();
    }

    /** The first token that a client gets names it as the room does; with it, it comes back as who it was. */
    @Test
    void whoIsNumberedKeepsItsNumber() throws Exception {
        String token = token("alice", "numbered", Map.of("tags", Map.of("parley.identity", "suffix")));
        Client first = connect(token);
        first.next();
        Client second = connect(token);
        assertThat(second.next().getJoin().getParticipant().getIdentity()).isEqualTo("alice#2");
        String refreshed =
                second.nextOf(SignalResponse.MessageCase.REFRESH_TOKEN).getRefreshToken();
        second.socket.abort();
        Client again = connect(refreshed);
        assertThat(again.next().getJoin().getParticipant().getIdentity()).isEqualTo("alice#2");
        first.leave();
        again.leave();
    }

    /** Whichever of its tokens it comes back with; the one of its application says where to go. */
    @Test
    void whoWasMovedComesBackWhereItWasMovedTo() throws Exception {
        String request = wrap(JoinRequest.newBuilder()
                .setClientInfo(ClientInfo.newBuilder().setProtocol(17))
                .build());
        String token = token("alice", "lobby", Map.of());
        Client first = connect(token, request);
        assertThat(first.next().hasJoin()).isTrue();
        String before = first.nextOf(SignalResponse.MessageCase.REFRESH_TOKEN).getRefreshToken();
        connect(token("carol", "hall", Map.of("tags", Map.of("parley.identity", "reject"))), request)
                .next();
        move("alice", "lobby", "hall");
        RoomMovedResponse moved =
                first.nextOf(SignalResponse.MessageCase.ROOM_MOVED).getRoomMoved();
        String after = first.nextOf(SignalResponse.MessageCase.REFRESH_TOKEN).getRefreshToken();
        assertThat(after).isEqualTo(moved.getToken());

        delete("lobby");
        assertThat(refusal(token("alice", "hall", Map.of()))).as("there it is").isEqualTo(403);
        assertThat(rejoin(before, request)).as("as who it is").isEqualTo("hall");
        assertThat(rejoin(token, request)).isEqualTo("lobby");
    }

    /** The room that it finds itself in. */
    private static String rejoin(String token, String request) throws InterruptedException {
        return connect(token, request).next().getJoin().getRoom().getName();
    }

    private static void move(String identity, String from, String to) {
        VideoGrant grant = VideoGrant.fromClaim(Map.of("roomAdmin", true, "room", from, "destinationRoom", to));
        call("MoveParticipant", grant, Map.of("room", from, "identity", identity, "destination_room", to));
    }

    private static void delete(String room) {
        call("DeleteRoom", VideoGrant.fromClaim(Map.of("roomCreate", true)), Map.of("room", room));
    }

    private static void call(String method, VideoGrant grant, Map<String, String> fields) {
        HttpRequest request = HttpRequest.newBuilder(uri("http", "/twirp/livekit.RoomService/" + method))
                .timeout(TIMEOUT)
                .header("Authorization", "Bearer " + token(grant, HOUR))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(new JsonMapper().writeValueAsString(fields)))
                .build();
        assertThat(HTTP.sendAsync(request, HttpResponse.BodyHandlers.ofString())
                        .join()
                        .statusCode())
                .isEqualTo(200);
    }

    /** As many as come at once, by any number of connections; those of one identity that is numbered too. */
    @Test
    void ofManyThatJoinAtOnceAsManyComeInAsMay() throws Exception {
        Map<String, Object> config = Map.of("maxParticipants", 5, "tags", Map.of("parley.identity", "suffix"));
        List<CompletableFuture<Integer>> joins = new ArrayList<>();
        List<Client> clients = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 40; i++) {
            Client client = new Client();
            joins.add(open(client, token(i % 2 == 0 ? "same" : "other-" + i, "full", config), joinRequest())
                    .handle((socket, failure) -> {
                        if (failure == null) {
                            client.socket = socket;
                            clients.add(client);
                        }
                        return failure == null ? 101 : status(failure);
                    }));
        }
        assertThat(joins.stream().map(CompletableFuture::join))
                .containsOnly(101, 500)
                .filteredOn(s -> s == 101)
                .hasSize(5);
        for (Client client : clients) {
            assertThat(client.next().getJoin().getRoom().getMaxParticipants()).isEqualTo(5);
            client.leave();
        }
    }

    @Test
    void theJoinResponseIsFirstAndPingsAreAnswered() throws Exception {
        Client client = connect(token(VideoGrant.join("pings"), HOUR));
        SignalResponse join = client.next();
        assertThat(join.getJoin().getRoom().getName()).isEqualTo("pings");
        assertThat(join.getJoin().getParticipant().getIdentity()).isEqualTo("tester");
        assertThat(join.getJoin().getServerInfo().getProtocol()).isEqualTo(18);
        assertThat(join.getJoin().getPingInterval()).isPositive();
        String refreshed =
                client.nextOf(SignalResponse.MessageCase.REFRESH_TOKEN).getRefreshToken();
        client.send(SignalRequest.newBuilder()
                .setPingReq(Ping.newBuilder().setTimestamp(5))
                .build());
        assertThat(client.nextOf(SignalResponse.MessageCase.PONG_RESP)
                        .getPongResp()
                        .getLastPingTimestamp())
                .isEqualTo(5);
        client.leave();
        Client again = connect(refreshed);
        assertThat(again.next().getJoin().getParticipant().getIdentity()).isEqualTo("tester");
        again.leave();
    }

    @Test
    void aClientThatSpeaksJsonIsAnsweredInJson() throws Exception {
        Client client = connect(token(VideoGrant.join("json"), HOUR));
        client.next();
        client.socket.sendText("{\"pingReq\":{\"timestamp\":\"7\"}}", true).join();
        String text = client.texts.poll(10, TimeUnit.SECONDS);
        while (text != null && !text.contains("pongResp")) {
            text = client.texts.poll(10, TimeUnit.SECONDS);
        }
        assertThat(text).contains("\"lastPingTimestamp\": \"7\"");
        client.leave();
    }

    @Test
    void anOfferThatIsNoSdpEndsTheSessionWithAReason() throws Exception {
        Client client = connect(token(VideoGrant.join("bad-offer"), HOUR));
        client.next();
        client.send(SignalRequest.newBuilder()
                .setOffer(SessionDescription.newBuilder().setType("offer").setSdp("v=0\r\nnonsense"))
                .build());
        LeaveRequest leave = client.nextOf(SignalResponse.MessageCase.LEAVE).getLeave();
        assertThat(leave.getReason()).isEqualTo(DisconnectReason.STATE_MISMATCH);
        assertThat(client.closed.poll(10, TimeUnit.SECONDS)).isEqualTo(WebSocket.NORMAL_CLOSURE);
    }

    @Test
    void framesThatAreNoRequestsAreIgnored() throws Exception {
        Client client = connect(token(VideoGrant.join("noise"), HOUR));
        client.next();
        client.socket
                .sendBinary(ByteBuffer.wrap(new byte[] {-1, -1, -1, -1}), true)
                .join();
        client.socket.sendText("{ not json", true).join();
        client.send(SignalRequest.newBuilder()
                .setPingReq(Ping.newBuilder().setTimestamp(9))
                .build());
        assertThat(client.nextOf(SignalResponse.MessageCase.PONG_RESP)
                        .getPongResp()
                        .getLastPingTimestamp())
                .isEqualTo(9);
        client.leave();
    }

    @Test
    void aReconnectThatCannotBeResumedIsSentToJoinAfresh() throws Exception {
        String request = wrap(JoinRequest.newBuilder()
                .setClientInfo(ClientInfo.newBuilder().setProtocol(17))
                .setReconnect(true)
                .setParticipantSid("PA_gone")
                .build());
        Client client = connect(token(VideoGrant.join("again"), HOUR), request);
        LeaveRequest leave = client.next().getLeave();
        assertThat(leave.getReason()).isEqualTo(DisconnectReason.STATE_MISMATCH);
        assertThat(leave.getAction()).isEqualTo(LeaveRequest.Action.RECONNECT);
        assertThat(client.closed.poll(10, TimeUnit.SECONDS)).isEqualTo(WebSocket.NORMAL_CLOSURE);
    }

    /**
     * Upgrading on another thread than the connection's raced with a reset, ending a stream from within its own emission
     * threw, and one close frame in 300 leaked ({@code test --long} makes enough of them): anyone with a token could fill
     * the log with errors.
     */
    @Test
    void clientsThatResetTheirConnectionLeaveNoSeatAndNoErrorBehind(CapturedOutput output) throws Exception {
        Random random = new Random(3);
        for (int i = 0; i < 300 * EFFORT; i++) {
            try (Socket socket = new Socket("127.0.0.1", STANDALONE.port())) {
                upgrade(socket, token(VideoGrant.join("resets"), HOUR));
                if (random.nextInt(3) > 0) {
                    assertThat(socket.getInputStream().read()).isEqualTo('H');
                }
                socket.setSoLinger(true, 0); // closing sends a reset
            }
        }
        SfuNode node = STANDALONE.context().getBean(SfuNode.class);
        Awaitility.await("all seats are gone")
                .atMost(Duration.ofSeconds(20))
                .until(() -> node.dump().stream().noneMatch(seat -> seat.room().equals("resets")));
        assertThat(output.getAll()).doesNotContain(" ERROR ");
    }

    @Test
    void managementSaysLiveAndReady() throws Exception {
        for (String path : new String[] {"/livez", "/readyz", "/metrics"}) {
            HttpResponse<String> response = HTTP.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + STANDALONE.managementPort() + path))
                            .timeout(TIMEOUT)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).as(path).isEqualTo(200);
        }
    }

    /** Health is found out, and tokens are refused, on other threads than the connection's. */
    @Test
    void aConnectionIsReadOnHoweverSoonTheNextRequestComes() throws Exception {
        Map<String, Integer> statusOf = Map.of(
                "http://127.0.0.1:" + STANDALONE.managementPort() + "/readyz", 200,
                "http://127.0.0.1:" + STANDALONE.managementPort() + "/nothing", 404,
                "http://127.0.0.1:" + STANDALONE.port() + "/rtc/validate", 401);
        for (Map.Entry<String, Integer> entry : statusOf.entrySet()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(entry.getKey()))
                    .timeout(TIMEOUT)
                    .build();
            for (int i = 0; i < 1_000; i++) {
                assertThat(HTTP.send(request, HttpResponse.BodyHandlers.discarding())
                                .statusCode())
                        .as(entry.getKey())
                        .isEqualTo(entry.getValue());
            }
        }
    }

    /** With what the room is made with. */
    private static String token(String identity, String room, Map<String, Object> config) {
        Grants grants = new Grants(
                "devkey",
                identity,
                "",
                "",
                Map.of(),
                ParticipantInfo.Kind.STANDARD,
                VideoGrant.join(room),
                SipGrant.NONE,
                config);
        return AccessTokens.mint(KEYS, grants, Instant.now().minusSeconds(1), HOUR);
    }

    /** With which a socket is refused. */
    private static int refusal(String token) {
        return open(new Client(), token, joinRequest())
                .handle((socket, failure) -> status(failure))
                .join();
    }

    private static int status(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return ((WebSocketHandshakeException) cause).getResponse().statusCode();
    }

    private static String token(VideoGrant grant, Duration lifetime) {
        return token("tester", grant, lifetime);
    }

    private static String token(String identity, VideoGrant grant, Duration lifetime) {
        return AccessTokens.mint(KEYS, "devkey", identity, grant, Instant.now().minusSeconds(1), lifetime);
    }

    private static String joinRequest() {
        return wrap(JoinRequest.newBuilder()
                .setConnectionSettings(ConnectionSettings.newBuilder().setAutoSubscribe(true))
                .build());
    }

    private static String wrap(JoinRequest request) {
        return Base64.getUrlEncoder()
                .encodeToString(WrappedJoinRequest.newBuilder()
                        .setJoinRequest(request.toByteString())
                        .build()
                        .toByteArray());
    }

    private static URI uri(String scheme, String path) {
        return URI.create(scheme + "://127.0.0.1:" + STANDALONE.port() + path);
    }

    private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return HTTP.send(
                HttpRequest.newBuilder(uri("http", path)).timeout(TIMEOUT).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> validate(String token) throws IOException, InterruptedException {
        return get("/rtc/v1/validate?access_token=" + token + "&join_request=" + joinRequest());
    }

    /** Asks for a signal WebSocket by hand. */
    private static void upgrade(Socket socket, String token) throws IOException {
        String path = "/rtc/v1?access_token=" + token + "&join_request=" + joinRequest();
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                + "Sec-WebSocket-Version: 13\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
    }

    private static Client connect(String token) {
        return connect(token, joinRequest());
    }

    private static Client connect(String token, String request) {
        Client client = new Client();
        client.socket = open(client, token, request).join();
        return client;
    }

    private static CompletableFuture<WebSocket> open(Client client, String token, String request) {
        return HTTP.newWebSocketBuilder()
                .buildAsync(uri("ws", "/rtc/v1?access_token=" + token + "&join_request=" + request), client);
    }

    private static final class Client implements WebSocket.Listener {
        final BlockingQueue<SignalResponse> responses = new LinkedBlockingQueue<>();
        final BlockingQueue<String> texts = new LinkedBlockingQueue<>();
        final BlockingQueue<Integer> closed = new LinkedBlockingQueue<>();
        private final StringBuilder text = new StringBuilder();
        private byte[] partial = new byte[0];
        WebSocket socket;

        void send(SignalRequest request) {
            socket.sendBinary(ByteBuffer.wrap(request.toByteArray()), true).join();
        }

        void leave() {
            send(SignalRequest.newBuilder()
                    .setLeave(LeaveRequest.getDefaultInstance())
                    .build());
        }

        SignalResponse next() throws InterruptedException {
            SignalResponse response = responses.poll(10, TimeUnit.SECONDS);
            assertThat(response).as("a response").isNotNull();
            return response;
        }

        SignalResponse nextOf(SignalResponse.MessageCase wanted) throws InterruptedException {
            SignalResponse response = next();
            while (response.getMessageCase() != wanted) {
                response = next();
            }
            return response;
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket webSocket, ByteBuffer data, boolean last) {
            byte[] joined = Arrays.copyOf(partial, partial.length + data.remaining());
            data.get(joined, partial.length, data.remaining());
            partial = joined;
            if (last) {
                try {
                    responses.add(SignalResponse.parseFrom(partial));
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
                partial = new byte[0];
            }
            webSocket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                texts.add(text.toString());
                text.setLength(0);
            }
            webSocket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
            closed.add(statusCode);
            return null;
        }
    }
}
