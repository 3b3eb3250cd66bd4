// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.parley.edge.http.TrustedProxies.Header;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServer;
import reactor.core.publisher.Mono;

/** Anyone may write any header: whoever lies about his address must not get another one by it. */
class TrustedProxiesTest {
    private static final List<String> PROXIES = List.of("10.0.0.0/8", "fd00::/8", "192.0.2.7");

    private static String client(Header header, String peer, String... lines) {
        HttpHeaders headers = new DefaultHttpHeaders();
        for (String line : lines) {
            String[] parts = line.split(": ", 2);
            headers.add(parts[0], parts[1]);
        }
        return new TrustedProxies(PROXIES, header)
                .client(new InetSocketAddress(peer, 4711), headers)
                .getAddress()
                .getHostAddress();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10.0.0.1 | 198.51.100.1                          | 198.51.100.1",
                "10.0.0.1 | 203.0.113.9, 198.51.100.1             | 198.51.100.1",
                "10.0.0.1 | 198.51.100.1, 10.9.9.9, fd00::1       | 198.51.100.1",
                "10.0.0.1 | 198.51.100.1 , 192.0.2.7              | 198.51.100.1",
                "10.0.0.1 | 192.0.2.8, 192.0.2.7                  | 192.0.2.8",
                "10.0.0.1 | 10.1.1.1, 10.2.2.2                    | 10.1.1.1",
                "10.0.0.1 | 198.51.100.1:4711                     | 198.51.100.1",
                "10.0.0.1 | 2001:db8::1                           | 2001:db8:0:0:0:0:0:1",
                "10.0.0.1 | [2001:db8::1]:4711                    | 2001:db8:0:0:0:0:0:1",
                "10.0.0.1 | 203.0.113.9, unknown, 10.2.2.2        | 10.2.2.2",
                "10.0.0.1 | 203.0.113.9, localhost                | 10.0.0.1",
                "10.0.0.1 | 203.0.113.9, fe80::1%eth0             | 10.0.0.1",
                "10.0.0.1 | 203.0.113.9,                          | 10.0.0.1",
                "fd00::5  | 198.51.100.1                          | 198.51.100.1",
                "192.0.2.8   | 203.0.113.9                        | 192.0.2.8",
                "198.51.100.2 | 203.0.113.9, 10.0.0.1             | 198.51.100.2"
            })
    void theLastThatIsNoneOfTheProxiesCounts(String peer, String forwarded, String client) {
        assertThat(client(Header.X_FORWARDED_FOR, peer, "X-Forwarded-For: " + forwarded))
                .isEqualTo(client);
    }

    @Test
    void linesOfAHeaderAreOneList() {
        assertThat(client(
                        Header.X_FORWARDED_FOR,
                        "10.0.0.1",
                        "X-Forwarded-For: 203.0.113.9",
                        "X-Forwarded-For: 198.51.100.1",
                        "X-Forwarded-For: 10.0.0.2"))
                .isEqualTo("198.51.100.1");
    }

    @Test
    void theOtherHeadersAreAnybodys() {
        String[] all = {
            "X-Forwarded-For: 198.51.100.1", "Forwarded: for=198.51.100.2;proto=https", "X-Real-IP: 198.51.100.3"
        };
        assertThat(client(Header.X_FORWARDED_FOR, "10.0.0.1", all)).isEqualTo("198.51.100.1");
        assertThat(client(Header.FORWARDED, "10.0.0.1", all)).isEqualTo("198.51.100.2");
        assertThat(client(Header.X_REAL_IP, "10.0.0.1", all)).isEqualTo("198.51.100.3");
        assertThat(client(Header.FORWARDED, "10.0.0.1", all[0])).isEqualTo("10.0.0.1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "for=198.51.100.1                                                 | 198.51.100.1",
                "for=203.0.113.9, by=10.0.0.9;For=\"[2001:db8::1]:4711\";proto=http | 2001:db8:0:0:0:0:0:1",
                "for=203.0.113.9, for=198.51.100.1, for=10.1.2.3                  | 198.51.100.1",
                "for=203.0.113.9, for=_hidden                                     | 10.0.0.1",
                "for=203.0.113.9, proto=https                                     | 10.0.0.1"
            })
    void forwardedIsReadAsInRfc7239(String forwarded, String client) {
        assertThat(client(Header.FORWARDED, "10.0.0.1", "Forwarded: " + forwarded))
                .isEqualTo(client);
    }

    @ParameterizedTest
    @ValueSource(strings = {"example.org", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "fd00::/129", "", "fe80::1%eth0"})
    void whatIsNoNetworkIsRefusedWithItsKey(String network) {
        assertThatThrownBy(() -> new TrustedProxies(List.of(network), Header.X_FORWARDED_FOR))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("parley.http.trusted-proxies", "\"" + network + "\"");
    }

    @Test
    void handlersSeeTheClientsAddress() throws Exception {
        assertThat(seen(List.of("127.0.0.0/8"))).isEqualTo("198.51.100.1");
        assertThat(seen(List.of())).isEqualTo("127.0.0.1");
    }

    /** The remote address of a request that a server gets. */
    private static String seen(List<String> proxies) throws Exception {
        NettyReactiveWebServerFactory factory = new NettyReactiveWebServerFactory(0);
        new HttpPort(
                        "test",
                        new ConnectionLimit(10, 10, Duration.ofSeconds(30), null),
                        new TrustedProxies(proxies, Header.X_FORWARDED_FOR),
                        new SimpleMeterRegistry())
                .customize(factory);
        WebServer server = factory.getWebServer((request, response) -> {
            byte[] address =
                    request.getRemoteAddress().getAddress().getHostAddress().getBytes(StandardCharsets.US_ASCII);
            return response.writeWith(Mono.just(response.bufferFactory().wrap(address)));
        });
        server.start();
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.getPort()))
                    .timeout(Duration.ofSeconds(30))
                    .header("X-Forwarded-For", "203.0.113.9, 198.51.100.1")
                    .build();
            return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
        } finally {
            server.stop();
        }
    }
}
