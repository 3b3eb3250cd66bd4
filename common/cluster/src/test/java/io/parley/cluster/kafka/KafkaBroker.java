// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import kafka.server.BrokerServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;

/** A real broker in this process, started once for all tests of a module; each test has a topic of its own. */
final class KafkaBroker {
    private static final EmbeddedKafkaKraftBroker BROKER = start();
    private static final AtomicInteger TOPICS = new AtomicInteger();

    private KafkaBroker() {}

    private static EmbeddedKafkaKraftBroker start() {
        EmbeddedKafkaKraftBroker broker = new EmbeddedKafkaKraftBroker(1, 1);
        broker.brokerProperties(Map.of(
                "offsets.topic.num.partitions", "1",
                "group.initial.rebalance.delay.ms", "0",
                "auto.create.topics.enable", "false"));
        broker.afterPropertiesSet();
        Runtime.getRuntime().addShutdownHook(new Thread(broker::destroy));
        return broker;
    }

    static KafkaSettings newTopic() {
        return new KafkaSettings(BROKER.getBrokersAsString(), "events-" + TOPICS.incrementAndGet(), 6, Map.of());
    }

    static TopicDescription describe(String topic) throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(newTopic().client(Map.of()))) {
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
