// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.parley.api.token.VideoGrant;
import io.parley.edge.security.AccessTokens;
import io.parley.edge.security.ApiKeys;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitRtc.SignalRequest;
import livekit.LivekitRtc.SignalResponse;
import livekit.LivekitRtc.UpdateParticipantMetadata;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What clients may cost the HTTP ports of a running process, most of them without a token. */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // blocked sockets heed no interrupt
class HttpBoundsIT {
    private static final ApiKeys KEYS = new ApiKeys(Map.of("devkey", "secret"));
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final JsonMapper JSON = new JsonMapper();
    private static final VideoGrant CREATE = VideoGrant.fromClaim(Map.of("roomCreate", true));
    private static final int MAX_WAITING = 20;
    private static final int MAX_OF_ONE_ADDRESS = 50;

    /** A bug of ours, with the token in the URL. */
    @RestController
    static class Broken {
        @GetMapping("/broken")
        String breakDown() {
            throw new IllegalStateException("deliberately broken");
        }
    }

    @RegisterExtension
    static final RunningStandalone STANDALONE = new RunningStandalone(
            List.of(Broken.class),
            "--management.endpoint.health.group.readiness.show-details=always",
            "--parley.http.max-waiting-connections=" + MAX_WAITING,
            "--parley.http.max-connections-per-address=" + MAX_OF_ONE_ADDRESS,
            "--parley.http.request-timeout=6s", // in which a slow machine is done with what is meant well
            "--parley.room.max-publish-connections=3",
            "--parley.limit.signal-message-size-limit=1MB",
            "--parley.limit.agent-signal-message-size-limit=100KB",
            "--server.netty.idle-timeout=6s");

    // ---- connections: anyone ----

    @Test
    void headsThatDripInEnd() throws Exception {
        String head = "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ";
        String second = "GET / HTTP/1.1\r\nHost: x\r\n\r\n" + head;
        inParallel(
                () -> drip(STANDALONE.port(), head),
                () -> drip(STANDALONE.port(), second),
                () -> drip(STANDALONE.managementPort(), head),
                () -> drip(STANDALONE.managementPort(), second));
    }

    @Test
    void bodiesThatDripInEnd() throws Exception {
        String head =
                "POST /twirp/livekit.RoomService/CreateRoom HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                        + "Content-Length: 1000000\r\n";
        inParallel(
                () -> drip(STANDALONE.port(), head + "Authorization: Bearer " + token("tester", CREATE) + "\r\n\r\n"),
                () -> drip(STANDALONE.port(), head + "\r\n"));
    }

    /** Each such socket cost up to 2 MB of direct memory, and a descriptor, for as long as its owner liked. */
    @Test
    void thoseWhoHoldConnectionsKeepNobodyOut() throws Exception {
        byte[] halfALine = ("GET /?" + "x".repeat(60_000)).getBytes(US_ASCII);
        List<Socket> held = new ArrayList<>();
        try {
            for (int i = 0; i < 10 * MAX_WAITING; i++) {
                Socket socket = new Socket("127.0.0.1", STANDALONE.port());
                held.add(socket);
                try {
                    socket.getOutputStream().write(halfALine);
                } catch (SocketException closedAlready) {
                    continue;
                }
                if (i % MAX_WAITING == 0) {
                    assertThat(get(STANDALONE.port(), "/").statusCode()).isEqualTo(200);
                    assertThat(get(STANDALONE.managementPort(), "/livez").statusCode())
                            .isEqualTo(200);
                }
            }
            Awaitility.await("only as many are held as may wait").until(() -> connections() <= MAX_WAITING);
        } finally {
            for (Socket socket : held) {
                socket.close();
            }
        }
    }

    /** One machine held all that there were, and nobody else got in. */
    @Test
    void oneAddressUsesItsShareOfConnectionsAndIsToldTheLimitAndItsKey() throws Exception {
        String bodyToCome =
                "POST /twirp/livekit.RoomService/CreateRoom HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                        + "Content-Length: 10\r\nExpect: 100-continue\r\nAuthorization: Bearer "
                        + token("tester", CREATE) + "\r\n\r\n";
        List<Socket> held = new ArrayList<>();
        try {
            for (int i = 0; i < MAX_OF_ONE_ADDRESS; i++) {
                Socket socket = new Socket("127.0.0.1", STANDALONE.port());
                held.add(socket);
                socket.getOutputStream().write(bodyToCome.getBytes(US_ASCII));
                // one whose head is not read yet may have to make room for the next
                assertThat(readHead(socket)).startsWith("HTTP/1.1 100");
            }
            assertThat(raw("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 429")
                    .contains("50 (parley.http.max-connections-per-address)");
            assertThat(get(STANDALONE.managementPort(), "/livez").statusCode()).isEqualTo(200);
        } finally {
            for (Socket socket : held) {
                socket.close();
            }
        }
        Awaitility.await("their share is free again")
                .until(() -> get(STANDALONE.port(), "/").statusCode() == 200);
    }

    @Test
    void urlsAndHeadersHoldTokensWithMuchMetadataAndNoMore() throws Exception {
        String large = token("tester", VideoGrant.join("r".repeat(30_000)));
        assertThat(large.length()).isGreaterThan(40_000);
        assertThat(get(STANDALONE.port(), "/?access_token=" + large).statusCode())
                .isEqualTo(200);
        assertThat(HTTP.send(
                                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + STANDALONE.port() + "/"))
                                        .header("Authorization", "Bearer " + large)
                                        .build(),
                                HttpResponse.BodyHandlers.discarding())
                        .statusCode())
                .isEqualTo(200);
        assertThat(raw("GET /?" + "x".repeat(70_000) + " HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 414");
        assertThat(raw("GET / HTTP/1.1\r\nX-Large: " + "x".repeat(70_000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431");
    }

    // ---- bodies ----

    @Test
    void aBodyIsReadForThoseWhoMayCallTheMethodOnly() throws Exception {
        byte[] tooLarge = new byte[11 << 20];
        assertThat(call(null, tooLarge).statusCode()).isEqualTo(401);
        assertThat(call(VideoGrant.join("room"), "{broken".getBytes(UTF_8)).statusCode())
                .isEqualTo(401);
        HttpResponse<String> refused = call(CREATE, tooLarge);
        assertThat(refused.statusCode()).isEqualTo(413);
        assertThat(JSON.readTree(refused.body()).get("code").asString()).isEqualTo("malformed");
    }

    @Test
    void metadataOfTheLegalSizePasses() throws Exception {
        String body = "{\"name\":\"large\",\"metadata\":\"" + "m".repeat(512 << 10) + "\"}";
        assertThat(call(CREATE, body.getBytes(UTF_8)).statusCode()).isEqualTo(200);
        assertThat(call(CREATE, body.replace("mm", "mmm").getBytes(UTF_8)).statusCode())
                .isEqualTo(400);
    }

    @Test
    void wrongTypesAreMalformed() throws Exception {
        JsonNode error =
                JSON.readTree(call(CREATE, "{\"name\":5}".getBytes(UTF_8)).body());
        assertThat(error.get("code").asString()).isEqualTo("malformed");
        assertThat(error.get("msg").asString()).contains("name");
    }

    // ---- signal sockets: anyone with a token ----

    /** Reactor Netty inflates without a limit: 1.5 MB took the process's memory. */
    @Test
    void framesAreNeverInflated() throws Exception {
        try (Socket socket = upgrade("bomber", VideoGrant.join("bombs"), "")) {
            assertThat(readHead(socket)).startsWith("HTTP/1.1 101").doesNotContainIgnoringCase("permessage-deflate");
        }
    }

    /** Anyone with a token. */
    @Test
    void aMessageLargerThanTheLimitClosesItsSocketWithTheReason() throws Exception {
        VideoGrant grant =
                VideoGrant.fromClaim(Map.of("roomJoin", true, "room", "sizes", "canUpdateOwnMetadata", true));
        try (Socket socket = upgrade("large", grant, "")) {
            readHead(socket);
            // Its head is enough: with more on its way, the end might come as a reset.
            socket.getOutputStream()
                    .write(ByteBuffer.allocate(14)
                            .put((byte) 0x82)
                            .put((byte) 0xFF)
                            .putLong((1 << 20) + 1)
                            .putInt(0)
                            .array());
            assertThat(closeCode(socket)).isEqualTo(1009);
        }
    }

    /** What waits for it filled heap and send queue for two minutes after it had been given up. */
    @Test
    void theSocketOfAClientThatNeverReadsIsClosed(CapturedOutput output) throws Exception {
        VideoGrant grant = VideoGrant.fromClaim(Map.of("roomJoin", true, "room", "deaf", "canUpdateOwnMetadata", true));
        try (Socket talker = upgrade("talker", grant, "");
                Socket deaf = new Socket()) {
            readHead(talker);
            deaf.setReceiveBufferSize(4096);
            deaf.connect(new InetSocketAddress("127.0.0.1", STANDALONE.port()));
            requestUpgrade(deaf, "deaf", grant, "");
            assertThat(deaf.getInputStream().read()).isEqualTo('H');
            boolean isGone = false;
            for (int i = 0; i < 100 && !isGone; i++) {
                SignalRequest request = SignalRequest.newBuilder()
                        .setUpdateMetadata(
                                UpdateParticipantMetadata.newBuilder().setMetadata(i + "x".repeat(400_000)))
                        .build();
                send(talker, 0x82, request.toByteArray());
                isGone = hearsOfLeaving(talker, "deaf");
            }
            assertThat(isGone).as("it is gone after so much unread").isTrue();
            Awaitility.await("its socket is reset, not just given up")
                    .atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(connections()).isLessThanOrEqualTo(1));
            assertThat(isReset(deaf)).isTrue();
            assertThat(output.getAll()).contains("a client's socket is reset reason=\"SLOW_READER\"");
        }
    }

    /** A token is good for any number of publish connections, and each was a participant to everybody else. */
    @Test
    void oneTokenMakesAFewParticipantsAtMost() throws Exception {
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                sockets.add(upgrade("many", VideoGrant.join("crowd"), "&publish=" + i));
                assertThat(readHead(sockets.getLast())).startsWith("HTTP/1.1 101");
            }
            try (Socket fourth = upgrade("many", VideoGrant.join("crowd"), "&publish=4")) {
                assertThat(readHead(fourth)).startsWith("HTTP/1.1 429");
            }
            try (Socket other = upgrade("another", VideoGrant.join("crowd"), "&publish=4")) {
                assertThat(readHead(other)).startsWith("HTTP/1.1 101");
            }
            sockets.removeFirst().close();
            Awaitility.await("one that goes makes room").until(() -> {
                try (Socket again = upgrade("many", VideoGrant.join("crowd"), "&publish=5")) {
                    return readHead(again).startsWith("HTTP/1.1 101");
                }
            });
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    // ---- logs ----

    /** Spring logs the URL of a request that fails, and browsers have their token there. */
    @Test
    void noTokenIsLogged(CapturedOutput output) throws Exception {
        String token = token("tester", VideoGrant.join("room"));
        HttpResponse<String> response = get(STANDALONE.port(), "/broken?access_token=" + token);
        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.body()).doesNotContain("deliberately");
        assertThat(raw("GET /?access_token=" + token + " HTTP/1.1\r\nbroken header\r\n\r\n"))
                .startsWith("HTTP/1.1 400");
        assertThat(get(STANDALONE.port(), "/rtc?access_token=" + token + "&attributes=" + base64("{\"a\":null}"))
                        .statusCode())
                .isEqualTo(404);
        assertThat(output.getAll())
                .containsOnlyOnce("a request failed")
                .contains("deliberately broken")
                .contains("path=\"/broken\"")
                .doesNotContain(token.substring(token.length() - 30));
    }

    /** Each was a line or a stack, and nobody needed a token for it. */
    @Test
    void bytesThatAreNoHttpAndFramesThatAreTooLargeAreNotWorthALine(CapturedOutput output) throws Exception {
        for (int i = 0; i < 20; i++) {
            raw("no http at all\r\n\r\n");
            raw("GET / HTTP/1.1\r\nbroken header\r\n\r\n");
            raw("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
        }
        try (Socket socket = upgrade("large", VideoGrant.join("frames"), "")) {
            readHead(socket);
            send(socket, 0x02, new byte[1_500_000]);
            send(socket, 0x80, new byte[1_500_000]);
            readToEnd(socket);
        } catch (SocketException reset) {
            // also an end
        }
        try (Socket socket = upgrade("larger", VideoGrant.join("frames"), "")) {
            readHead(socket);
            send(socket, 0x82, new byte[3_000_000]);
            readToEnd(socket);
        } catch (SocketException reset) {
            // also an end
        }
        assertThat(output.getAll()).doesNotContain(" WARN ").doesNotContain(" ERROR ");
    }

    @Test
    void logLinesHaveTheirValuesAndNobodyBeginsALineOfHisOwn(CapturedOutput output) {
        LoggerFactory.getLogger("io.parley.test")
                .atInfo()
                .addKeyValue("room", "a\r\n2026-01-01 ERROR \u001b[31mforged")
                .addKeyValue("count", 5)
                .log("something happened");
        assertThat(output.getAll()).contains("something happened room=\"a??2026-01-01 ERROR ?[31mforged\" count=\"5\"");
    }

    // ---- the management port ----

    @Test
    void managementIsForScrapersAndNotForWebPages() throws Exception {
        for (String path : new String[] {"/metrics", "/readyz", "/livez"}) {
            HttpResponse<String> response = HTTP.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + STANDALONE.managementPort() + path))
                            .header("Origin", "https://example.org")
                            .header("Authorization", "Bearer of-the-scraper")
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).as(path).isEqualTo(200);
            assertThat(response.headers().firstValue("Access-Control-Allow-Origin"))
                    .as(path)
                    .isEmpty();
        }
        assertThat(STANDALONE.context().getEnvironment().getProperty("management.server.address"))
                .as("in development nobody else reaches it")
                .isEqualTo("127.0.0.1");
    }

    @Test
    void readyMeansThatTheShardsAnswer() throws Exception {
        assertThat(get(STANDALONE.managementPort(), "/readyz").body()).contains("shardsAnswer");
    }

    // ---- tools ----

    private interface Attempt {
        void run() throws IOException;
    }

    private static void inParallel(Attempt... attempts) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (Attempt attempt : attempts) {
                running.add(threads.submit(() -> {
                    attempt.run();
                    return null;
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        }
    }

    /** Sends a beginning, and then a byte after the other until the server has had enough. */
    private static void drip(int server, String beginning) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server)) {
            socket.getOutputStream().write(beginning.getBytes(US_ASCII));
            socket.setSoTimeout(100);
            while (true) {
                try {
                    if (socket.getInputStream().read() < 0) {
                        return;
                    }
                } catch (SocketTimeoutException silent) {
                    socket.getOutputStream().write('x');
                }
            }
        } catch (SocketException reset) {
            // also an end
        }
    }

    private static double connections() {
        return STANDALONE
                .context()
                .getBean(MeterRegistry.class)
                .get("parley.http.connections")
                .tag("port", "api")
                .gauge()
                .value();
    }

    private static HttpResponse<String> get(int server, String path) throws IOException, InterruptedException {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server + path))
                        .timeout(Duration.ofSeconds(30))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /**
     * Expects to be told before all of the body is sent, as curl does. On a connection of its own: one that was kept may
     * end at this moment, and a POST is not sent twice.
     */
    private static HttpResponse<String> call(VideoGrant grant, byte[] body) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + STANDALONE.port() + "/twirp/livekit.RoomService/CreateRoom"))
                .timeout(Duration.ofSeconds(30))
                .expectContinue(body.length > 1 << 20)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(body));
        if (grant != null) {
            request.header("Authorization", "Bearer " + token("tester", grant));
        }
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    private static String raw(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", STANDALONE.port())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(request.getBytes(US_ASCII));
            return new String(readToEnd(socket), US_ASCII);
        }
    }

    private static byte[] readToEnd(Socket socket) throws IOException {
        socket.setSoTimeout(30_000);
        return socket.getInputStream().readAllBytes();
    }

    private static boolean isReset(Socket socket) {
        try {
            readToEnd(socket);
            return false;
        } catch (IOException reset) {
            return reset instanceof SocketException;
        }
    }

    private static Socket upgrade(String identity, VideoGrant grant, String query) throws IOException {
        Socket socket = new Socket("127.0.0.1", STANDALONE.port());
        requestUpgrade(socket, identity, grant, query);
        return socket;
    }

    private static void requestUpgrade(Socket socket, String identity, VideoGrant grant, String query)
            throws IOException {
        socket.getOutputStream()
                .write(("GET /rtc?access_token=" + token(identity, grant) + query
                                + " HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                                + "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n")
                        .getBytes(US_ASCII));
    }

    private static String readHead(Socket socket) throws IOException {
        socket.setSoTimeout(30_000);
        StringBuilder head = new StringBuilder();
        for (int b = socket.getInputStream().read();
                b >= 0;
                b = socket.getInputStream().read()) {
            head.append((char) b);
            if (head.toString().endsWith("\r\n\r\n")) {
                break;
            }
        }
        return head.toString();
    }

    /** @param first byte of the frame: FIN, RSV1 and opcode */
    private static void send(Socket socket, int first, byte[] payload) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(payload.length + 14);
        frame.put((byte) first)
                .put((byte) 0xFF)
                .putLong(payload.length)
                .putInt(0)
                .put(payload); // masked by zeros
        socket.getOutputStream().write(frame.array());
    }

    /** Reads frames until an update of participants comes: whether it, or one before, says that this one left. */
    private static boolean hearsOfLeaving(Socket socket, String identity) throws IOException {
        socket.setSoTimeout(30_000);
        DataInputStream in = new DataInputStream(socket.getInputStream());
        while (true) {
            int opcode = in.readUnsignedByte() & 0xF;
            byte[] payload = in.readNBytes(length(in));
            SignalResponse response =
                    opcode == 2 ? SignalResponse.parseFrom(payload) : SignalResponse.getDefaultInstance();
            if (response.hasUpdate()) {
                return response.getUpdate().getParticipantsList().stream()
                        .anyMatch(info -> info.getIdentity().equals(identity)
                                && info.getState() == ParticipantInfo.State.DISCONNECTED);
            }
        }
    }

    /** Reads frames until one closes the socket. */
    private static int closeCode(Socket socket) throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        while (true) {
            int opcode = in.readUnsignedByte() & 0xF;
            byte[] payload = in.readNBytes(length(in));
            if (opcode == 8) {
                return ByteBuffer.wrap(payload).getChar();
            }
        }
    }

    private static int length(DataInputStream in) throws IOException {
        int length = in.readUnsignedByte();
        return switch (length) {
            case 126 -> in.readUnsignedShort();
            case 127 -> (int) in.readLong();
            default -> length;
        };
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().encodeToString(text.getBytes(UTF_8));
    }

    private static String token(String identity, VideoGrant grant) {
        return AccessTokens.mint(KEYS, "devkey", identity, grant, Instant.now().minusSeconds(1), Duration.ofHours(1));
    }
}
