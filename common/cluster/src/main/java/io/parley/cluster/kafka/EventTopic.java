// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.kafka;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The topic of the events, which is made where it is missing. */
final class EventTopic {
    private static final Duration RETENTION = Duration.ofDays(7);
    private static final int TIMEOUT_S = 20;
    private static final Logger log = LoggerFactory.getLogger(EventTopic.class);

    private EventTopic() {}

    /** @throws KafkaException if Kafka is away, or refuses */
    static void ensure(KafkaSettings settings) throws InterruptedException {
        String topic = settings.topic().name();
        Admin admin = admin(settings, TIMEOUT_S);
        try {
            if (!get(admin.listTopics().names(), TIMEOUT_S).contains(topic)) {
                NewTopic made = make(admin, settings.topic(), TIMEOUT_S, false);
                log.atInfo()
                        .addKeyValue("topic", topic)
                        .addKeyValue("partitions", made.numPartitions())
                        .addKeyValue("replicas", made.replicationFactor())
                        .log("made the topic of events");
            }
        } catch (TopicExistsException e) {
            // another made it at the same time
        } catch (AuthorizationException e) {
            log.atInfo().addKeyValue("topic", topic).log("may not make topics: the topic of events has to be there");
        } finally {
            admin.close(Duration.ZERO);
        }
    }

    static Admin admin(KafkaSettings settings, int timeoutS) {
        return Admin.create(settings.client(Map.of(
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                timeoutS * 1_000,
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                timeoutS * 1_000 / 2)));
    }

    /** @param isTrial whether Kafka is only to say what it would do */
    static NewTopic make(Admin admin, TopicSettings settings, int timeoutS, boolean isTrial)
            throws InterruptedException {
        int brokers = get(admin.describeCluster().nodes(), timeoutS).size();
        NewTopic topic = new NewTopic(
                        settings.name(), settings.partitions(), (short) settings.replicationFactor(brokers))
                .configs(Map.of(
                        TopicConfig.RETENTION_MS_CONFIG,
                        String.valueOf(RETENTION.toMillis()),
                        TopicConfig.CLEANUP_POLICY_CONFIG,
                        TopicConfig.CLEANUP_POLICY_DELETE,
                        TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG,
                        String.valueOf(settings.minInsyncReplicas(brokers))));
        get(
                admin.createTopics(List.of(topic), new CreateTopicsOptions().validateOnly(isTrial))
                        .all(),
                timeoutS);
        return topic;
    }

    /** @throws KafkaException what Kafka says, or that it says nothing */
    static <T> T get(KafkaFuture<T> future, int timeoutS) throws InterruptedException {
        try {
            return future.get(timeoutS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw Objects.requireNonNull(e.getCause()) instanceof KafkaException said
                    ? said
                    : new KafkaException(e.getCause());
        } catch (TimeoutException e) {
            throw new org.apache.kafka.common.errors.TimeoutException(e);
        }
    }

    /** What went wrong, in a line: clients that can't be made say why in the cause only. */
    static String line(Throwable failure) {
        return failure.getCause() == null ? failure.toString() : failure + ": " + failure.getCause();
    }
}
