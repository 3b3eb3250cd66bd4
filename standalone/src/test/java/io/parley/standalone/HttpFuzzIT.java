// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.api.token.VideoGrant;
import io.parley.edge.security.AccessTokens;
import io.parley.edge.security.ApiKeys;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRtc.AddTrackRequest;
import livekit.LivekitRtc.SessionDescription;
import livekit.LivekitRtc.SignalRequest;
import livekit.LivekitRtc.TrickleRequest;
import livekit.LivekitRtc.UpdateParticipantMetadata;
import livekit.LivekitRtc.UpdateSubscription;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/**
 * What comes in by HTTP and by signal sockets, sound at first and then with bytes changed, left out and put in: it is
 * answered or refused, never a bug of ours, and nobody stays in a room for it.
 */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // blocked sockets heed no interrupt
class HttpFuzzIT {
    private static final ApiKeys KEYS = new ApiKeys(Map.of("devkey", "secret"));
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** As of {@code test --long}. */
    private static final int EFFORT = Integer.getInteger("parley.effort", 1);

    private static final VideoGrant ALL = VideoGrant.fromClaim(Map.of(
            "roomCreate", true, "roomList", true, "roomAdmin", true, "room", "fuzz", "canUpdateOwnMetadata", true));

    private final Random random = new Random(11);

    @RegisterExtension
    static final RunningStandalone STANDALONE = new RunningStandalone();

    // ---- bodies: who has a token ----

    @Test
    void bodiesAreAnsweredOrRefused(CapturedOutput output) throws Exception {
        String token = token("tester", ALL);
        byte[] json = "{\"name\":\"fuzz\",\"metadata\":\"ü\",\"empty_timeout\":5,\"agents\":[{\"agent_name\":\"a\"}]}"
                .getBytes(UTF_8);
        byte[] rest = "{\"name\":\"fuzz\",\"metadata\":\"ü\",\"emptyTimeout\":5}".getBytes(UTF_8);
        byte[] protobuf = CreateRoomRequest.newBuilder()
                .setName("fuzz")
                .setMetadata("ü")
                .setEmptyTimeout(5)
                .build()
                .toByteArray();
        for (int i = 0; i < 150 * EFFORT; i++) {
            String create = "/twirp/livekit.RoomService/CreateRoom";
            assertAnswered(post(create, "application/json", token, mutated(json)));
            assertAnswered(post(create, "application/protobuf", token, mutated(protobuf)));
            assertAnswered(post("/v1/rooms", "application/json", token, mutated(rest)));
        }
        assertThat(output.getAll()).doesNotContain(" ERROR ");
    }

    /** Anyone: some of these say of themselves that they are of no algorithm, or of another key. */
    @Test
    void tokensThatAreChangedAreNoneOfOurs(CapturedOutput output) throws Exception {
        // The same in every run, whatever the time.
        String sound = AccessTokens.mint(KEYS, "devkey", "tester", ALL, Instant.EPOCH, Duration.ofDays(100_000));
        for (int i = 0; i < 300 * EFFORT; i++) {
            byte[] changed = mutated(sound.getBytes(US_ASCII));
            String token = new String(changed, US_ASCII).replaceAll("[^\\x21-\\x7e]", "!");
            String path = i % 2 == 0 ? "/twirp/livekit.RoomService/ListRooms" : "/v1/rooms";
            HttpResponse<String> response = post(path, "application/json", token, "{}".getBytes(UTF_8));
            if (!token.equals(sound)) {
                assertThat(response.statusCode()).as(token).isEqualTo(401);
            }
        }
        assertThat(output.getAll()).doesNotContain(" ERROR ");
    }

    private static void assertAnswered(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isIn(200, 201, 400, 404, 409, 413, 429);
    }

    // ---- signal frames: a participant ----

    @Test
    void whateverASignalSocketSaysItsParticipantGoesWithIt(CapturedOutput output) throws Exception {
        List<byte[]> sound = new ArrayList<>();
        for (SignalRequest request : List.of(
                SignalRequest.newBuilder()
                        .setOffer(SessionDescription.newBuilder()
                                .setType("offer")
                                .setSdp("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"))
                        .build(),
                SignalRequest.newBuilder()
                        .setAddTrack(AddTrackRequest.newBuilder().setCid("cid").setName("name"))
                        .build(),
                SignalRequest.newBuilder()
                        .setTrickle(TrickleRequest.newBuilder().setCandidateInit("{\"candidate\":\"\"}"))
                        .build(),
                SignalRequest.newBuilder()
                        .setSubscription(UpdateSubscription.newBuilder().addTrackSids("TR_x"))
                        .build(),
                SignalRequest.newBuilder()
                        .setUpdateMetadata(UpdateParticipantMetadata.newBuilder()
                                .setMetadata("m")
                                .putAttributes("key", "value"))
                        .build())) {
            sound.add(request.toByteArray());
        }
        VideoGrant join = VideoGrant.fromClaim(Map.of("roomJoin", true, "room", "fuzz", "canUpdateOwnMetadata", true));
        for (int i = 0; i < 40 * EFFORT; i++) {
            try (Socket socket = upgrade(token("fuzzer-" + i % 3, join))) {
                for (int j = 0; j < 20; j++) {
                    byte[] frame = mutated(sound.get(random.nextInt(sound.size())));
                    int opcode = random.nextInt(8) == 0 ? 0x81 : 0x82; // text, else binary
                    socket.getOutputStream().write(frame(opcode, frame));
                }
            } catch (SocketException closedForIt) {
                // also an answer
            }
        }
        Awaitility.await("nobody stays in the room")
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(post(
                                        "/twirp/livekit.RoomService/ListParticipants",
                                        "application/json",
                                        token("tester", ALL),
                                        "{\"room\":\"fuzz\"}".getBytes(UTF_8))
                                .body())
                        .isEqualTo("{\"participants\":[]}"));
        assertThat(output.getAll()).doesNotContain(" ERROR ");
    }

    private static Socket upgrade(String token) throws IOException {
        Socket socket = new Socket("127.0.0.1", STANDALONE.port());
        socket.setSoTimeout(30_000);
        socket.getOutputStream()
                .write(("GET /rtc?access_token=" + token + "&protocol=16 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                                + "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                + "Sec-WebSocket-Version: 13\r\n\r\n")
                        .getBytes(US_ASCII));
        DataInputStream in = new DataInputStream(socket.getInputStream());
        byte[] status = in.readNBytes(12);
        if (!new String(status, US_ASCII).equals("HTTP/1.1 101")) {
            throw new EOFException(new String(status, US_ASCII));
        }
        return socket;
    }

    /** Masked by zeros. */
    private static byte[] frame(int first, byte[] payload) {
        return ByteBuffer.allocate(payload.length + 14)
                .put((byte) first)
                .put((byte) 0xFF)
                .putLong(payload.length)
                .putInt(0)
                .put(payload)
                .array();
    }

    // ---- tools ----

    /** A few bytes changed, left out, repeated or put in; one in ten stays as it is. */
    private byte[] mutated(byte[] sound) {
        StringBuilder text = new StringBuilder(new String(sound, ISO_8859_1));
        for (int i = random.nextInt(10) == 0 ? 0 : 1 + random.nextInt(4); i > 0 && !text.isEmpty(); i--) {
            int at = random.nextInt(text.length());
            switch (random.nextInt(4)) {
                case 0 -> text.setCharAt(at, (char) random.nextInt(256));
                case 1 -> text.delete(at, at + 1 + random.nextInt(4));
                case 2 -> text.insert(at, text.substring(at, Math.min(text.length(), at + 1 + random.nextInt(20))));
                default -> text.insert(at, (char) random.nextInt(256));
            }
        }
        return text.toString().getBytes(ISO_8859_1);
    }

    private static HttpResponse<String> post(String path, String type, String token, byte[] body)
            throws IOException, InterruptedException {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + STANDALONE.port() + path))
                        .timeout(Duration.ofSeconds(60))
                        .header("Content-Type", type)
                        .header("Authorization", "Bearer " + token)
                        .POST(BodyPublishers.ofByteArray(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static String token(String identity, VideoGrant grant) {
        return AccessTokens.mint(KEYS, "devkey", identity, grant, Instant.now().minusSeconds(1), Duration.ofHours(1));
    }
}
