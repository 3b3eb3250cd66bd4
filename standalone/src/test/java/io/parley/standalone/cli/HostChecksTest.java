// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.parley.cluster.kafka.KafkaSecurity;
import io.parley.cluster.kafka.KafkaSettings;
import io.parley.cluster.kafka.KafkaSurvey;
import io.parley.cluster.kafka.TopicSettings;
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
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

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

    @ParameterizedTest
    @MethodSource("surveys")
    void whatKafkaSaidIsToldWithWhatToDo(KafkaSurvey survey, String group, List<String> told) {
        TopicSettings topic = new TopicSettings("parley.events", 12, 0, 0);
        assertThat(HostChecks.kafka(topic, survey, group))
                .map(finding -> finding.verdict() + " " + finding.subject() + " " + finding.text())
                .zipSatisfy(told, (text, start) -> assertThat(text).startsWith(start));
    }

    static Stream<Arguments> surveys() {
        String good = "GOOD Kafka answers, with 3 brokers";
        return Stream.of(
                arguments(new KafkaSurvey.Silent("why"), "", List.of("BAD Kafka does not answer (why): start it")),
                arguments(new KafkaSurvey.Refused("why"), "", List.of("BAD Kafka refuses us, or we it (why)")),
                arguments(
                        new KafkaSurvey.NoTopic(1, ""),
                        "",
                        List.of(
                                "GOOD Kafka answers, with 1 broker",
                                "GOOD Kafka's topic parley.events is not there; the service makes it")),
                arguments(
                        new KafkaSurvey.NoTopic(3, "why"),
                        "",
                        List.of(
                                good,
                                "BAD Kafka's topic parley.events is not there, and the service can't make it (why)")),
                arguments(
                        new KafkaSurvey.Hidden(3),
                        "",
                        List.of(
                                good,
                                "BAD Kafka's topic parley.events may not be seen: allow this user Describe and Write")),
                arguments(
                        new KafkaSurvey.Hidden(3),
                        "webhooks",
                        List.of(
                                good,
                                "BAD Kafka's topic parley.events may not be seen: allow this user Describe and Read")),
                arguments(
                        new KafkaSurvey.Topic(3, 12, 3, 3, 0, List.of()),
                        "",
                        List.of(
                                good,
                                "GOOD Kafka's topic parley.events has 12 partitions with 3 replicas",
                                "GOOD Kafka's ACLs allow")),
                arguments(
                        new KafkaSurvey.Topic(
                                3, 12, 3, 2, 0, List.of("Read on the topic", "Read on the group webhooks")),
                        "webhooks",
                        List.of(
                                good,
                                "POOR Kafka's topic parley.events has 12 partitions with 3 replicas, of which 2 in sync",
                                "BAD Kafka's ACLs allow this user no Read on the topic, and no Read on the group webhooks")),
                arguments(
                        new KafkaSurvey.Topic(3, 12, 1, 0, 4, List.of()),
                        "",
                        List.of(
                                good,
                                "BAD Kafka's topic parley.events has 12 partitions with 1 replica; 4 without a leader",
                                "GOOD Kafka's ACLs")),
                arguments(
                        new KafkaSurvey.Topic(3, 12, 1, 1, 0, List.of()),
                        "",
                        List.of(
                                good,
                                "POOR Kafka's topic parley.events has 12 partitions with 1 replica: events are lost",
                                "GOOD Kafka's ACLs")),
                arguments(
                        new KafkaSurvey.Topic(1, 1, 1, 1, 0, List.of()),
                        "",
                        List.of(
                                "GOOD Kafka answers, with 1 broker",
                                "GOOD Kafka's topic parley.events has 1 partition with 1 replica",
                                "GOOD Kafka's ACLs")));
    }

    @Test
    void settingsThatCantBeAreToldByTheirKeys() {
        KafkaSecurity security = new KafkaSecurity(true, "no such file", "", "", "", "", "");
        KafkaSettings kafka =
                new KafkaSettings("localhost:1", new TopicSettings("parley.events", 12, 0, 0), security, Map.of());
        assertThat(HostChecks.kafka(kafka, ""))
                .containsExactly(Finding.bad("Kafka", "parley.kafka.tls.ca: can't read no such file"));
        RedisSettings redis = new RedisSettings("rediss://localhost:1", "", "", "no such file", "", "");
        assertThat(HostChecks.redis(redis))
                .containsExactly(Finding.bad("Redis", "parley.cluster.redis-tls.ca: can't read no such file"));
    }
}
