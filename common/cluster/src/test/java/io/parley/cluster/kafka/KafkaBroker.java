// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Map.entry;
import static org.awaitility.Awaitility.await;

import io.parley.cluster.grpc.TestAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import kafka.server.BrokerServer;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.security.plain.PlainLoginModule;
import org.apache.kafka.common.security.scram.ScramLoginModule;
import org.apache.kafka.metadata.authorizer.StandardAuthorizer;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;

/** A real broker in this process, started once for all tests of a module; each test has a topic of its own. */
final class KafkaBroker {
    /** What else clients may speak to it than plain TCP. */
    enum Listener {
        SASL_SSL,
        /** TLS with a certificate of the client's. */
        SSL
    }

    static final String PLAIN_PASSWORD = "plain-\"quoted\"-\\secret";
    static final String SCRAM_PASSWORD = "scram-\"quoted\"-\\secret";

    private static final TestAuthority AUTHORITY = new TestAuthority(temporary(), "brokers");
    private static final EmbeddedKafkaKraftBroker BROKER = start();
    private static final AtomicInteger TOPICS = new AtomicInteger();

    private KafkaBroker() {}

    private static Path temporary() {
        try {
            Path folder = Files.createTempDirectory("kafka-certificates");
            folder.toFile().deleteOnExit();
            return folder;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static EmbeddedKafkaKraftBroker start() {
        TestAuthority.Issued broker = AUTHORITY.issue("broker");
        EmbeddedKafkaKraftBroker kafka = new EmbeddedKafkaKraftBroker(1, 1);
        kafka.brokerProperties(Map.ofEntries(
                entry("offsets.topic.num.partitions", "1"),
                entry("group.initial.rebalance.delay.ms", "0"),
                entry("auto.create.topics.enable", "false"),
                // How long a broker that starts again waits until the controller has forgotten its former life. Half
                // the
                // interval is what the controller may take for a heartbeat, also on a machine that is busy.
                entry("broker.session.timeout.ms", "4000"),
                entry("broker.heartbeat.interval.ms", "500"),
                entry(
                        "listeners",
                        "EXTERNAL://localhost:0,CONTROLLER://localhost:0,SASL_SSL://127.0.0.1:0,SSL://127.0.0.1:0"),
                entry(
                        "listener.security.protocol.map",
                        "EXTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL,SSL:SSL"),
                entry("ssl.keystore.type", "PEM"),
                entry("ssl.keystore.certificate.chain", read(broker.certificate())),
                entry("ssl.keystore.key", read(broker.key())),
                entry("ssl.truststore.type", "PEM"),
                entry("ssl.truststore.certificates", read(AUTHORITY.certificate())),
                entry("listener.name.ssl.ssl.client.auth", "required"),
                entry("listener.name.sasl_ssl.sasl.enabled.mechanisms", "PLAIN,SCRAM-SHA-512"),
                entry(
                        "listener.name.sasl_ssl.plain.sasl.jaas.config",
                        PlainLoginModule.class.getName() + " required user_plain=\""
                                + PLAIN_PASSWORD.replace("\\", "\\\\").replace("\"", "\\\"") + "\";"),
                entry(
                        "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config",
                        ScramLoginModule.class.getName() + " required;"),
                entry("authorizer.class.name", StandardAuthorizer.class.getName()),
                entry("super.users", "User:ANONYMOUS"),
                entry("allow.everyone.if.no.acl.found", "true")));
        kafka.afterPropertiesSet();
        Runtime.getRuntime().addShutdownHook(new Thread(kafka::destroy));
        return kafka;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static String newName() {
        return "events-" + TOPICS.incrementAndGet();
    }

    static KafkaSettings newTopic() {
        return newTopic(Map.of());
    }

    static KafkaSettings newTopic(Map<String, String> properties) {
        return new KafkaSettings(
                BROKER.getBrokersAsString(), new TopicSettings(newName(), 6, 0, 0), KafkaSecurity.NONE, properties);
    }

    static KafkaSettings newTopic(Listener listener, KafkaSecurity security) {
        int port = BROKER.getCluster()
                .brokers()
                .values()
                .iterator()
                .next()
                .boundPort(ListenerName.normalised(listener.name()));
        return new KafkaSettings("127.0.0.1:" + port, new TopicSettings(newName(), 6, 0, 0), security, Map.of());
    }

    static Path authority() {
        return AUTHORITY.certificate();
    }

    static TestAuthority.Issued issue(String subject) {
        return AUTHORITY.issue(subject);
    }

    static Admin admin() {
        return Admin.create(Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, (Object) BROKER.getBrokersAsString()));
    }

    static void addScramUser(String name) throws ExecutionException, InterruptedException {
        try (Admin admin = admin()) {
            admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(
                            name, new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4_096), SCRAM_PASSWORD)))
                    .all()
                    .get();
            await("the broker to learn of the user")
                    .ignoreExceptions()
                    .until(() -> admin.describeUserScramCredentials(List.of(name))
                            .all()
                            .get()
                            .containsKey(name));
        }
    }

    /** From then on nobody else may do anything with it. */
    static void allow(String user, ResourceType type, String name, AclOperation operation)
            throws ExecutionException, InterruptedException {
        try (Admin admin = admin()) {
            admin.createAcls(List.of(new AclBinding(
                            new ResourcePattern(type, name, PatternType.LITERAL),
                            new AccessControlEntry("User:" + user, "*", operation, AclPermissionType.ALLOW))))
                    .all()
                    .get();
        }
    }

    static TopicDescription describe(String topic) throws ExecutionException, InterruptedException {
        try (Admin admin = admin()) {
            return admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
        }
    }

    /** Something that is no event. */
    static void send(String topic, @Nullable String value) throws ExecutionException, InterruptedException {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(Drainer.producerProperties(newTopic()))) {
            producer.send(new ProducerRecord<>(topic, 0, null, value == null ? null : value.getBytes(UTF_8)))
                    .get();
        }
    }

    /** Kafka is away, with all that it has on disk, until it is started again at the same port. */
    static void stop() {
        for (BrokerServer server : BROKER.getCluster().brokers().values()) {
            server.shutdown();
            server.awaitShutdown();
        }
    }

    static void startAgain() {
        BROKER.getCluster().brokers().values().forEach(BrokerServer::startup);
    }
}
