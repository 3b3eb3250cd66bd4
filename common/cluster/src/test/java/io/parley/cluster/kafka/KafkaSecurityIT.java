// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.kafka;

import static io.parley.cluster.EventLogContract.event;
import static io.parley.cluster.Stages.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.parley.cluster.EventLogContract.Taker;
import io.parley.cluster.LogLines;
import io.parley.cluster.grpc.TestAuthority;
import io.parley.cluster.kafka.KafkaBroker.Listener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** TLS, SASL and ACLs, at the broker that has them all. */
class KafkaSecurityIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @TempDir
    private Path spool;

    private static String authority() {
        return KafkaBroker.authority().toString();
    }

    private static KafkaSecurity sasl(String mechanism, String username, String password) {
        return new KafkaSecurity(true, authority(), "", "", mechanism, username, password);
    }

    private static KafkaSecurity scram() throws Exception {
        KafkaBroker.addScramUser("scram");
        return sasl("SCRAM-SHA-512", "scram", KafkaBroker.SCRAM_PASSWORD);
    }

    private static KafkaSecurity plain() {
        return sasl("PLAIN", "plain", KafkaBroker.PLAIN_PASSWORD);
    }

    private KafkaEventLog open(KafkaSettings where) {
        return new KafkaEventLog(where, new SpoolSettings(spool, 10 << 20));
    }

    private static KafkaSettings withReplicas(int replicas, KafkaSettings where) {
        return new KafkaSettings(
                where.bootstrapServers(),
                new TopicSettings(KafkaBroker.newName(), 6, replicas, 0),
                where.security(),
                where.properties());
    }

    private void assertThatEventsGoThrough(KafkaSettings where) {
        try (KafkaEventLog log = open(where)) {
            Taker taker = new Taker();
            log.read("group", taker);
            get(log.append(event("demo", 1)));
            get(log.append(event("demo", 2)));
            await("both").atMost(TIMEOUT).until(() -> taker.count() == 2);
            assertThat(taker.of("demo")).containsExactly(1L, 2L);
        }
    }

    /** Kafka's clients show all that they were given. */
    @Test
    void eventsGoOverTlsWithAScramPasswordThatNoLogHas() throws Exception {
        KafkaSettings where = KafkaBroker.newTopic(Listener.SASL_SSL, scram());
        try (LogLines ours = LogLines.ofAll("io.parley");
                LogLines clients = LogLines.ofAll("org.apache.kafka")) {
            assertThatEventsGoThrough(where);
            assertThat(ours.lines()).isNotEmpty().noneMatch(line -> line.contains("quoted"));
            assertThat(clients.lines())
                    .anyMatch(line -> line.contains("sasl.mechanism = SCRAM-SHA-512"))
                    .noneMatch(line -> line.contains("quoted"));
        }
    }

    @Test
    void eventsGoOverTlsWithAPasswordAsItIs() {
        assertThatEventsGoThrough(KafkaBroker.newTopic(Listener.SASL_SSL, plain()));
    }

    @Test
    void eventsGoOverTlsWithACertificateOfTheService() {
        TestAuthority.Issued own = KafkaBroker.issue("parley");
        assertThatEventsGoThrough(KafkaBroker.newTopic(
                Listener.SSL,
                new KafkaSecurity(
                        true,
                        authority(),
                        own.certificate().toString(),
                        own.key().toString(),
                        "",
                        "",
                        "")));
    }

    @Test
    void eventsWaitForAPasswordThatIsRight() {
        KafkaSettings wrong = KafkaBroker.newTopic(Listener.SASL_SSL, sasl("PLAIN", "plain", "hush"));
        try (LogLines lines = new LogLines(Drainer.class);
                KafkaEventLog log = open(wrong)) {
            get(log.append(event("demo", 1)));
            await("word of it").atMost(TIMEOUT).until(() -> !lines.lines().isEmpty());
            assertThat(lines.lines().getFirst())
                    .contains("SaslAuthenticationException")
                    .doesNotContain("hush");
            assertThat(log.drainFailures()).as("it is no surprise").isZero();
        }
        try (KafkaEventLog log = open(KafkaBroker.newTopic(Listener.SASL_SSL, plain()))) {
            await("the event").atMost(TIMEOUT).until(() -> log.drained() == 1);
        }
    }

    /** The broker learns of topics and ACLs a moment after the controller, which answers. */
    private static void awaitSurvey(KafkaSettings where, String group, KafkaSurvey expected) {
        await().atMost(TIMEOUT)
                .untilAsserted(() -> assertThat(KafkaSurvey.of(where, group)).isEqualTo(expected));
    }

    @Test
    void aSurveySaysWhatIsThere() throws Exception {
        KafkaSettings where = KafkaBroker.newTopic(Listener.SASL_SSL, plain());
        awaitSurvey(where, "", new KafkaSurvey.NoTopic(1, ""));
        EventTopic.ensure(where);
        awaitSurvey(where, "", new KafkaSurvey.Topic(1, 6, 1, 1, 0, List.of()));
        awaitSurvey(where, "not there yet", new KafkaSurvey.Topic(1, 6, 1, 1, 0, List.of()));
        assertThat(KafkaSurvey.of(withReplicas(3, where), ""))
                .isInstanceOfSatisfying(
                        KafkaSurvey.NoTopic.class,
                        none -> assertThat(none.refusal()).contains("eplication factor"));
    }

    @Test
    void aSurveySaysWhyThereIsNoTalkingToKafka() throws Exception {
        assertThat(KafkaSurvey.of(KafkaBroker.newTopic(Listener.SASL_SSL, sasl("PLAIN", "plain", "hush")), ""))
                .isInstanceOf(KafkaSurvey.Refused.class)
                .asString()
                .doesNotContain("hush");
        assertThat(KafkaSurvey.of(
                        KafkaBroker.newTopic(
                                Listener.SASL_SSL,
                                new KafkaSecurity(true, "", "", "", "PLAIN", "plain", KafkaBroker.PLAIN_PASSWORD)),
                        ""))
                .as("an authority that the JVM does not know")
                .isInstanceOf(KafkaSurvey.Refused.class);
    }

    @Test
    void aSurveySaysWhatTheUserMayNot() throws Exception {
        KafkaSettings where = KafkaBroker.newTopic(Listener.SASL_SSL, scram());
        String topic = where.topic().name();
        EventTopic.ensure(where);
        KafkaBroker.allow("scram", ResourceType.TOPIC, topic, AclOperation.READ);
        KafkaBroker.allow("somebody else", ResourceType.GROUP, topic, AclOperation.READ);
        awaitSurvey(where, "", new KafkaSurvey.Topic(1, 6, 1, 1, 0, List.of("Write on the topic")));
        awaitSurvey(where, topic, new KafkaSurvey.Topic(1, 6, 1, 1, 0, List.of("Read on the group " + topic)));
        KafkaBroker.allow("scram", ResourceType.TOPIC, topic, AclOperation.WRITE);
        awaitSurvey(where, "", new KafkaSurvey.Topic(1, 6, 1, 1, 0, List.of()));
        KafkaSettings foreign = new KafkaSettings(where.bootstrapServers(), where.topic(), plain(), where.properties());
        awaitSurvey(foreign, "", new KafkaSurvey.Hidden(1));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', emptyValue = "", textBlock = """
            true  | ''      | ''   | ''  | GSSAPI | user | pass | parley.kafka.sasl.mechanism is GSSAPI
            true  | ''      | ''   | ''  | PLAIN  | ''   | pass | go together
            true  | ''      | ''   | ''  | ''     | user | ''   | go together
            true  | ''      | ''   | ''  | ''     | ''   | pass | go together
            false | ''      | ''   | ''  | PLAIN  | user | pass | set parley.kafka.tls.enabled
            false | ca.pem  | ''   | ''  | ''     | ''   | ''   | parley.kafka.tls.enabled is not set
            true  | ''      | c.pem| ''  | ''     | ''   | ''   | parley.kafka.tls.key go together
            true  | no file | ''   | ''  | ''     | ''   | ''   | parley.kafka.tls.ca: can't read no file
            """)
    void settingsThatCantBeStopTheStart(
            boolean tls,
            String ca,
            String certificate,
            String key,
            String mechanism,
            String username,
            String password,
            String message) {
        assertRefused(new KafkaSecurity(tls, ca, certificate, key, mechanism, username, password), message);
    }

    @Test
    void filesThatAreNoneOfTheirKindStopTheStart() throws IOException {
        Path nonsense = Files.writeString(spool.resolve("nonsense.pem"), "nonsense");
        TestAuthority.Issued own = KafkaBroker.issue("nobody");
        assertRefused(
                new KafkaSecurity(true, nonsense.toString(), "", "", "", "", ""),
                "parley.kafka.tls.ca, certificate or key: No matching CERTIFICATE");
        assertRefused(
                new KafkaSecurity(true, authority(), own.certificate().toString(), nonsense.toString(), "", "", ""),
                "parley.kafka.tls.ca, certificate or key: No matching PRIVATE KEY");
    }

    private void assertRefused(KafkaSecurity security, String message) {
        KafkaSettings wrong =
                new KafkaSettings("localhost:1", new TopicSettings("events", 1, 0, 0), security, Map.of());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> open(wrong).close())
                .withMessageContaining(message);
    }
}
