// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook.send;

import static io.parley.webhook.Receiver.status;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.parley.cluster.webhook.Delivery;
import io.parley.cluster.webhook.EventFilter;
import io.parley.cluster.webhook.SigningSecret;
import io.parley.cluster.webhook.WebhookEndpoint;
import io.parley.edge.http.Networks;
import io.parley.edge.security.ApiKeys;
import io.parley.webhook.Receiver;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.KeyManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against receivers that are real, and not all well-behaved. */
class HttpWebhookSenderIT {
    private static final long NOW_MS = 1_700_000_000_789L;
    private static final String API_SECRET = "a-secret-of-thirty-two-characters-or-more";
    private static final String BODY = "{\"event\":\"room_started\",\"room\":{\"name\":\"größe\"}}";
    private static final DeliverySettings SETTINGS =
            new DeliverySettings(Duration.ofHours(72), Duration.ofHours(120), Duration.ofSeconds(2), 10, 5);

    private final Receiver receiver = new Receiver();
    private final HttpWebhookSender sender = sender();

    private static HttpWebhookSender sender(String... allowed) {
        return new HttpWebhookSender(
                new ApiKeys(Map.of("APIkey", API_SECRET)),
                SETTINGS,
                Networks.of("allowed", List.of(allowed)),
                () -> NOW_MS);
    }

    @AfterEach
    void close() {
        sender.close();
        receiver.close();
    }

    private static WebhookEndpoint configured(String url, SigningSecret... secrets) {
        return new WebhookEndpoint(
                "WE_a", url, "APIkey", "", EventFilter.ALL, List.of(secrets), WebhookEndpoint.Origin.CONFIGURATION, 0);
    }

    private static WebhookEndpoint ofApi(String url) {
        return new WebhookEndpoint(
                "WE_b", url, "APIkey", "", EventFilter.ALL, List.of(), WebhookEndpoint.Origin.API, 0);
    }

    private static Reply send(HttpWebhookSender sender, WebhookEndpoint endpoint) {
        Delivery delivery = new Delivery("WE_a", "EV_1", "room_started", "demo", 7, 3, 0, BODY, 0, 0, List.of());
        try {
            return sender.send(endpoint, delivery).toCompletableFuture().get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private Reply send() {
        return send(sender, configured(receiver.url()));
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(UTF_8));
    }

    @Test
    void theRequestIsLiveKits() throws GeneralSecurityException {
        assertThat(send()).isEqualTo(Reply.of(200));
        Receiver.Got got = receiver.got.getFirst();
        assertThat(got.path()).isEqualTo("/hook?secret=in+it");
        assertThat(got.body()).isEqualTo(BODY);
        assertThat(got.headers().get("content-type")).isEqualTo("application/webhook+json");
        assertThat(got.headers().get("user-agent")).isEqualTo("LiveKit");
        assertThat(got.headers().get("host")).isEqualTo("127.0.0.1:" + receiver.port());
        String[] jwt = got.headers().get("authorization").split("\\.", -1);
        assertThat(jwt).hasSize(3);
        assertThat(Base64.getUrlDecoder().decode(jwt[2]))
                .isEqualTo(hmac(API_SECRET.getBytes(UTF_8), jwt[0] + "." + jwt[1]));
        JsonObject claims = JsonParser.parseString(
                        new String(Base64.getUrlDecoder().decode(jwt[1]), UTF_8))
                .getAsJsonObject();
        assertThat(claims.get("iss").getAsString()).isEqualTo("APIkey");
        assertThat(claims.get("exp").getAsLong()).isEqualTo(NOW_MS / 1_000 + 300);
        assertThat(claims.get("sha256").getAsString())
                .isEqualTo(Base64.getEncoder()
                        .encodeToString(MessageDigest.getInstance("SHA-256").digest(BODY.getBytes(UTF_8))));
        assertThat(claims.has("video")).isFalse();
    }

    @Test
    void itHasTheSignatureOfStandardWebhooksBySecretsThatAreValid() throws GeneralSecurityException {
        SigningSecret next = SigningSecret.of("the next key of 24 bytes".getBytes(UTF_8));
        SigningSecret last = new SigningSecret(SigningSecret.of(new byte[32]).text(), NOW_MS + 1);
        SigningSecret old = new SigningSecret(SigningSecret.of(new byte[40]).text(), NOW_MS);
        send(sender, configured(receiver.url(), next, last, old));
        Receiver.Got got = receiver.got.getFirst();
        assertThat(got.headers().get("webhook-id")).isEqualTo("EV_1");
        assertThat(got.headers().get("webhook-timestamp")).isEqualTo("1700000000");
        String signed = "EV_1.1700000000." + BODY;
        assertThat(got.headers().get("webhook-signature"))
                .isEqualTo("v1,"
                        + Base64.getEncoder().encodeToString(hmac(next.key(), signed))
                        + " v1,"
                        + Base64.getEncoder().encodeToString(hmac(new byte[32], signed)));
    }

    @Test
    void withoutSecretsTheApiSecretSigns() throws GeneralSecurityException {
        send();
        assertThat(receiver.got.getFirst().headers().get("webhook-signature"))
                .isEqualTo("v1,"
                        + Base64.getEncoder()
                                .encodeToString(hmac(API_SECRET.getBytes(UTF_8), "EV_1.1700000000." + BODY)));
    }

    @Test
    void statusesAndRetryAfterAreTold() {
        receiver.answer(got -> status(503, "retry-after", "120"));
        assertThat(send()).isEqualTo(new Reply(503, "", Duration.ofSeconds(120)));
        receiver.answer(got -> status(429, "retry-after", "Tue, 14 Nov 2023 22:15:20 GMT"));
        assertThat(send().retryAfter()).isEqualTo(Duration.ofMillis(119_211));
        receiver.answer(got -> status(429, "retry-after", "soon"));
        assertThat(send()).isEqualTo(Reply.of(429));
    }

    @Test
    void aRedirectIsNotFollowed() {
        receiver.answer(got -> status(307, "location", receiver.url()));
        assertThat(send()).isEqualTo(Reply.of(307));
        assertThat(receiver.got).hasSize(1);
    }

    @Test
    void whoHangsIsGivenUpInTime() {
        receiver.answer(got -> Receiver.hangs());
        assertThat(send()).isEqualTo(Reply.failed("timeout"));
    }

    @Test
    void whoIsSlowIsWaitedFor() {
        receiver.answer(got -> Receiver.slow(201, Duration.ofMillis(500)));
        assertThat(send()).isEqualTo(Reply.of(201));
    }

    @Test
    void aResponseCountsByItsHeadHoweverLongOrSlowItsBodyIs() {
        receiver.answer(got -> Receiver.endless(200));
        assertThat(send()).isEqualTo(Reply.of(200));
        receiver.answer(got -> Receiver.bodyHangs(200));
        assertThat(send()).isEqualTo(Reply.of(200));
        receiver.answer(got -> status(200));
        assertThat(send()).isEqualTo(Reply.of(200));
    }

    @Test
    void anEndpointOfAKeyThatIsNoMoreIsNotTold() {
        WebhookEndpoint endpoint = new WebhookEndpoint(
                "WE_a", receiver.url(), "old", "", EventFilter.ALL, List.of(), WebhookEndpoint.Origin.CONFIGURATION, 0);
        assertThat(send(sender, endpoint)).isEqualTo(Reply.failed("its API key is not configured"));
        assertThat(receiver.got).isEmpty();
    }

    @Test
    void nobodyThereIsAFailure() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        assertThat(send(sender, configured("http://127.0.0.1:" + port))).isEqualTo(Reply.failed("connection failed"));
        assertThat(send(sender, configured("http://no-such-host.invalid")).error())
                .isIn("unknown host", "name look-up timed out");
    }

    @Test
    void whoHangsUpIsAFailure() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> {
                while (!socket.isClosed()) {
                    try {
                        socket.accept().close();
                    } catch (IOException e) {
                        return;
                    }
                }
            });
            assertThat(send(sender, configured("http://127.0.0.1:" + socket.getLocalPort())))
                    .isEqualTo(Reply.failed("connection broke"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost", "0x7f000001", "2130706433", "[::ffff:127.0.0.1]"})
    void anEndpointOfTheApiCanNotLeadInside(String host) {
        Reply reply = send(sender, ofApi("http://" + host + ":" + receiver.port() + "/"));
        assertThat(reply.status()).isZero();
        assertThat(receiver.got).isEmpty();
    }

    @Test
    void theLogSaysThatItMayNot() {
        assertThat(send(sender, ofApi("http://127.0.0.1:" + receiver.port())))
                .isEqualTo(Reply.failed("address not allowed"));
        assertThat(send(sender, ofApi("http://localhost:" + receiver.port())))
                .isEqualTo(Reply.failed("address not allowed"));
    }

    @Test
    void unlessItsNetworkIsAllowed() {
        try (HttpWebhookSender allowing = sender("127.0.0.0/8")) {
            assertThat(send(allowing, ofApi("http://localhost:" + receiver.port())))
                    .isEqualTo(Reply.of(200));
            assertThat(receiver.got.getFirst().headers().get("host")).isEqualTo("localhost:" + receiver.port());
        }
    }

    @Test
    void aCertificateOfNobodyKnownIsRefused(@TempDir Path folder) throws Exception {
        SslContext tls = selfSigned(folder);
        try (Receiver secure = new Receiver(
                server -> server.secure(spec -> spec.sslContext(tls)).option(ChannelOption.SO_REUSEADDR, true))) {
            assertThat(send(sender, configured("https://localhost:" + secure.port())))
                    .isEqualTo(Reply.failed("TLS"));
            assertThat(secure.got).isEmpty();
        }
    }

    @Test
    void manyRequestsShareFewConnections() {
        for (int i = 0; i < 20; i++) {
            assertThat(send()).isEqualTo(Reply.of(200));
        }
        assertThat(receiver.got).hasSize(20);
    }

    private static SslContext selfSigned(Path folder) throws Exception {
        Path store = folder.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "a",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        "password")
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), UTF_8);
        assertThat(keytool.waitFor()).as(said).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, "password".toCharArray());
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, "password".toCharArray());
        return SslContextBuilder.forServer(factory).build();
    }
}
