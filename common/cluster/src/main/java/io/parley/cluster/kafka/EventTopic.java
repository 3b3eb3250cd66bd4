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
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The topic of the events, which is made where it is missing. */
final class EventTopic {
    private static final Duration RETENTION = Duration.ofDays(7);
    private static final int REPLICAS = 3;
    private static final int TIMEOUT_S = 20;
    private static final Logger log = LoggerFactory.getLogger(EventTopic.class);

    private EventTopic() {}

    /** @throws KafkaException if Kafka is away, or refuses */
    static void ensure(KafkaSettings settings) throws InterruptedException {
        Admin admin = Admin.create(settings.client(Map.of(
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                TIMEOUT_S * 1_000,
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                TIMEOUT_S * 1_000 / 2)));
        try {
            if (admin.listTopics().names().get(TIMEOUT_S, TimeUnit.SECONDS).contains(settings.topic())) {
                return;
            }
            int brokers = admin.describeCluster()
                    .nodes()
                    .get(TIMEOUT_S, TimeUnit.SECONDS)
                    .size();
            admin.createTopics(List.of(topic(settings, Math.min(REPLICAS, brokers))))
                    .all()
                    .get(TIMEOUT_S, TimeUnit.SECONDS);
            log.atInfo()
                    .addKeyValue("topic", settings.topic())
                    .addKeyValue("partitions", settings.partitions())
                    .log("made the topic of events");
        } catch (ExecutionException e) {
            onFailure(settings, Objects.requireNonNull(e.getCause()));
        } catch (TimeoutException e) {
            throw new org.apache.kafka.common.errors.TimeoutException(e);
        } finally {
            admin.close(Duration.ZERO);
        }
    }

    /** What went wrong, in a line: clients that can't be made say why in the cause only. */
    static String line(Throwable failure) {
        return failure.getCause() == null ? failure.toString() : failure + ": " + failure.getCause();
    }

    private static NewTopic topic(KafkaSettings settings, int replicas) {
        return new NewTopic(settings.topic(), settings.partitions(), (short) replicas)
                .configs(Map.of(
                        TopicConfig.RETENTION_MS_CONFIG,
                        String.valueOf(RETENTION.toMillis()),
                        TopicConfig.CLEANUP_POLICY_CONFIG,
                        TopicConfig.CLEANUP_POLICY_DELETE,
                        TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG,
                        replicas < REPLICAS ? "1" : "2"));
    }

    private static void onFailure(KafkaSettings settings, Throwable failure) {
        switch (failure) {
            case TopicExistsException another -> {} // made it at the same time
            case AuthorizationException refusal ->
                log.atInfo()
                        .addKeyValue("topic", settings.topic())
                        .log("may not make topics: the topic of events has to be there");
            case KafkaException e -> throw e;
            default -> throw new KafkaException(failure);
        }
    }
}
