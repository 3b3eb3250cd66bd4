// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.cluster.redis.RedisSettings;
import io.parley.standalone.cli.Finding.Verdict;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostChecksTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    @Test
    void aTakenPortIsToldWithTheKeyThatMovesIt() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, LOOPBACK);
                DatagramSocket takenUdp = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0))) {
            Finding tcp = HostChecks.tcpPort("server.port", new InetSocketAddress(LOOPBACK, taken.getLocalPort()));
            assertThat(tcp.verdict()).isEqualTo(Verdict.BAD);
            assertThat(tcp.subject()).isEqualTo("TCP " + taken.getLocalPort());
            assertThat(tcp.text()).contains("--server.port");
            Finding udp = HostChecks.udpPort("parley.rtc.udp-port", List.of(LOOPBACK), takenUdp.getLocalPort());
            assertThat(udp.verdict()).isEqualTo(Verdict.BAD);
            assertThat(udp.text()).contains("--parley.rtc.udp-port");
        }
    }

    @Test
    void aFreePortIsGoodAndFreeAfterwards() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, LOOPBACK)) {
            port = free.getLocalPort();
        }
        InetSocketAddress at = new InetSocketAddress(LOOPBACK, port);
        assertThat(HostChecks.tcpPort("server.port", at).verdict()).isEqualTo(Verdict.GOOD);
        assertThat(HostChecks.tcpPort("server.port", at).verdict()).isEqualTo(Verdict.GOOD);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            203.0.113.7            |              | GOOD | 203.0.113.7:7882
            10.0.0.1,203.0.113.7   |              | GOOD | 10.0.0.1:7882
            2001:db8::1            |              | GOOD | [2001:db8:0:0:0:0:0:1]:7882
            10.0.0.1               |              | POOR | --parley.rtc.advertised-addresses
            fd00::1                |              | POOR | --parley.rtc.advertised-addresses
            127.0.0.1              |              | POOR | clients on this machine only
            10.0.0.1               | 203.0.113.7  | GOOD | 203.0.113.7:7882
                                   |              | BAD  | no address
            """)
    void candidatesAreToldWithWhomTheyServe(String host, String advertised, Verdict verdict, String text) {
        Finding finding = HostChecks.candidates(addresses(host), addresses(advertised), List.of(7882));
        assertThat(finding.verdict()).isEqualTo(verdict);
        assertThat(finding.text()).contains(text);
    }

    @Test
    void smallBuffersAreToldWithTheCommandThatRaisesThem() {
        assertThat(HostChecks.udpBuffers(212_992))
                .isEqualTo(Finding.poor(
                        "UDP buffers",
                        "212992 bytes, bursts may be lost:"
                                + " sysctl -w net.core.rmem_max=4194304 net.core.wmem_max=4194304"));
        assertThat(HostChecks.udpBuffers(4 << 20).verdict()).isEqualTo(Verdict.GOOD);
        assertThat(HostChecks.udpBuffers().text()).contains(" bytes");
    }

    @Test
    void aClockThatNobodySetsIsPoor() {
        assertThat(HostChecks.clock("yes\n").verdict()).isEqualTo(Verdict.GOOD);
        assertThat(HostChecks.clock("no\n").verdict()).isEqualTo(Verdict.POOR);
        assertThat(HostChecks.clock("").text()).contains("not known");
    }

    @ParameterizedTest
    @CsvSource({"PT0.3S, GOOD", "PT-0.3S, GOOD", "PT5S, POOR", "PT-5S, POOR", "PT2M, BAD"})
    void clocksApartRefuseEachOthersTokens(Duration apart, Verdict verdict) {
        assertThat(HostChecks.clockOfRedis(apart).verdict()).isEqualTo(verdict);
    }

    @Test
    void aRedisThatIsNotThereIsBad() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, LOOPBACK)) {
            free = socket.getLocalPort();
        }
        assertThat(HostChecks.redis(RedisSettings.of("redis://127.0.0.1:" + free)))
                .singleElement()
                .satisfies(finding -> assertThat(finding.verdict()).isEqualTo(Verdict.BAD))
                .satisfies(finding -> assertThat(finding.text()).contains("--parley.cluster.redis-url"));
    }

    private static List<InetAddress> addresses(@Nullable String list) {
        return list == null
                ? List.of()
                : Arrays.stream(list.split(",", -1)).map(InetAddress::ofLiteral).toList();
    }
}
