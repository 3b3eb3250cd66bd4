// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.grpc;

import static io.parley.cluster.Stages.get;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.NodeId;
import io.parley.api.id.RoomName;
import io.parley.cluster.LogLines;
import io.parley.cluster.NodeLink;
import io.parley.cluster.NodeLoad;
import io.parley.cluster.NodeRecord;
import io.parley.cluster.ScriptedNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node link over TLS, and strangers who reach its port. All of them know the cluster's secret. */
class LinkTlsTest {
    private static final ClusterSecret SECRET = new ClusterSecret("the secret of this cluster, long enough");

    @TempDir
    Path folder;

    private TestAuthority authority;
    private LinkCredentials credentials;
    private NodeLinkServer server;

    @BeforeEach
    void start() {
        authority = new TestAuthority(folder, "cluster");
        credentials = of(authority.issue("node"), authority);
        server = new NodeLinkServer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                SECRET,
                credentials,
                new ScriptedNode(new NodeId("ND_a")));
    }

    @AfterEach
    void stop() {
        server.close();
        credentials.close();
    }

    private static LinkCredentials of(TestAuthority.Issued own, TestAuthority others) {
        return LinkCredentials.of(
                own.certificate().toString(),
                own.key().toString(),
                others.certificate().toString());
    }

    private NodeLink link(GrpcNodeLinks links, int port) {
        return links.to(new NodeRecord(new NodeId("ND_a"), 1, "127.0.0.1:" + port, "", 1, NodeLoad.NONE, false));
    }

    private void isRefused(LinkCredentials stranger) {
        try (stranger;
                GrpcNodeLinks links = new GrpcNodeLinks(SECRET, stranger)) {
            NodeLink link = link(links, server.port());
            for (var call : List.of(link.ping(), link.participants(new RoomName("demo")))) {
                assertThatThrownBy(() -> get(call))
                        .isInstanceOfSatisfying(
                                ApiError.class,
                                // A ping has half a second, which the handshake may take on a busy machine.
                                e -> assertThat(e.code()).isIn(ErrorCode.UNAVAILABLE, ErrorCode.DEADLINE_EXCEEDED));
            }
        }
    }

    @Test
    void servicesOfOneAuthorityTalkWhereverTheyAre() {
        try (LinkCredentials other = of(authority.issue("room-service"), authority);
                GrpcNodeLinks links = new GrpcNodeLinks(SECRET, other)) {
            assertThat(get(link(links, server.port()).participants(new RoomName("demo"))))
                    .hasSize(2);
        }
    }

    @Test
    void plainTextIsRefused() {
        isRefused(LinkCredentials.PLAIN);
    }

    @Test
    void aCertificateOfAnotherAuthorityIsRefusedAndTheLogSaysWhy() {
        TestAuthority foreign = new TestAuthority(folder, "foreign");
        try (LogLines atService = new LogLines(GrpcNodeLink.class)) {
            isRefused(of(foreign.issue("stranger"), authority));
            assertThat(atService.lines())
                    .singleElement()
                    .satisfies(line -> assertThat(line).contains("parley.cluster.tls"));
        }
    }

    /** TLS of any client, which believes whatever certificate it is shown. */
    @Test
    void aClientWithoutACertificateIsRefused() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Credulous()}, null);
        try (SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(10_000);
            assertThatThrownBy(() -> {
                        socket.startHandshake();
                        socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII));
                        if (socket.getInputStream().read() >= 0) {
                            throw new AssertionError("it was answered");
                        }
                        throw new IOException("closed");
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    private static final class Credulous implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    /** Somebody answers under the address of a node. */
    @Test
    void aServiceTellsNothingToANodeOfAnotherAuthority() {
        TestAuthority foreign = new TestAuthority(folder, "foreign");
        ScriptedNode impostor = new ScriptedNode(new NodeId("ND_a"));
        try (LinkCredentials forged = of(foreign.issue("impostor"), foreign);
                NodeLinkServer there = new NodeLinkServer(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), SECRET, forged, impostor);
                LinkCredentials own = of(authority.issue("room-service"), authority);
                GrpcNodeLinks links = new GrpcNodeLinks(SECRET, own)) {
            assertThatThrownBy(() -> get(link(links, there.port()).participants(new RoomName("demo"))))
                    .isInstanceOfSatisfying(
                            ApiError.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
        }
    }

    @Test
    void halfASettingIsRefusedAndNamed() throws IOException {
        TestAuthority.Issued own = authority.issue("half");
        assertThatThrownBy(() -> LinkCredentials.of(own.certificate().toString(), "", ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("parley.cluster.tls.ca and parley.cluster.tls.key");
        Path garbage = Files.writeString(folder.resolve("garbage.pem"), "no certificate");
        assertThatThrownBy(() -> LinkCredentials.of(
                        garbage.toString(),
                        own.key().toString(),
                        authority.certificate().toString()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("parley.cluster.tls.");
        assertThat(LinkCredentials.of("", "", "")).isSameAs(LinkCredentials.PLAIN);
    }
}
