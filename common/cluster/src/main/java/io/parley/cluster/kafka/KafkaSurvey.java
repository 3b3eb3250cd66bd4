// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** What a service finds where its settings say that Kafka is. */
public sealed interface KafkaSurvey {
    int TIMEOUT_S = 5;

    /** Nobody answers in time, or what answers is no Kafka, or wants TLS. */
    record Silent(String why) implements KafkaSurvey {}

    /** One side does not take what the other shows: certificates, user and password. */
    record Refused(String why) implements KafkaSurvey {}

    /** @param refusal why Kafka would not make the topic; "" if the service will */
    record NoTopic(int brokers, String refusal) implements KafkaSurvey {}

    /** The topic may be there or not: we may not know. */
    record Hidden(int brokers) implements KafkaSurvey {}

    /**
     * @param replicas of the partition that has fewest
     * @param inSync the same, of those that have all
     * @param leaderless partitions that nobody serves
     * @param missing what this user has to be allowed, such as "Write on the topic"
     */
    record Topic(int brokers, int partitions, int replicas, int inSync, int leaderless, List<String> missing)
            implements KafkaSurvey {}

    /**
     * Takes seconds, and changes nothing.
     *
     * @param group that the service reads with; "" for one that appends
     * @throws IllegalArgumentException naming a setting that can't be
     */
    static KafkaSurvey of(KafkaSettings settings, String group) throws InterruptedException {
        try {
            Admin admin = EventTopic.admin(settings, TIMEOUT_S - 1);
            try {
                return of(admin, settings.topic(), group);
            } finally {
                admin.close(Duration.ZERO);
            }
        } catch (AuthenticationException e) {
            return new Refused(text(e));
        } catch (KafkaException e) {
            return new Silent(text(e));
        }
    }

    private static KafkaSurvey of(Admin admin, TopicSettings settings, String group) throws InterruptedException {
        int brokers = EventTopic.get(admin.describeCluster().nodes(), TIMEOUT_S).size();
        TopicDescription topic;
        try {
            topic = EventTopic.get(
                            admin.describeTopics(
                                            List.of(settings.name()),
                                            new DescribeTopicsOptions().includeAuthorizedOperations(true))
                                    .allTopicNames(),
                            TIMEOUT_S)
                    .values()
                    .iterator()
                    .next();
        } catch (UnknownTopicOrPartitionException e) {
            return new NoTopic(brokers, refusal(admin, settings));
        } catch (TopicAuthorizationException e) {
            return new Hidden(brokers);
        }
        List<String> missing = new ArrayList<>();
        boolean appends = group.isEmpty();
        if (!topic.authorizedOperations().contains(appends ? AclOperation.WRITE : AclOperation.READ)) {
            missing.add((appends ? "Write" : "Read") + " on the topic");
        }
        if (!appends && !mayRead(admin, group)) {
            missing.add("Read on the group " + group);
        }
        List<TopicPartitionInfo> partitions = topic.partitions();
        return new Topic(
                brokers,
                partitions.size(),
                fewest(partitions, TopicPartitionInfo::replicas),
                fewest(partitions, TopicPartitionInfo::isr),
                (int) partitions.stream()
                        .filter(partition -> partition.leader() == null)
                        .count(),
                missing);
    }

    private static int fewest(List<TopicPartitionInfo> partitions, Function<TopicPartitionInfo, List<Node>> nodes) {
        return partitions.stream()
                .mapToInt(partition -> nodes.apply(partition).size())
                .min()
                .orElse(0);
    }

    private static String text(KafkaException e) {
        String text = String.valueOf(e.getMessage());
        return e.getCause() == null ? text : text + ": " + e.getCause().getMessage();
    }

    private static String refusal(Admin admin, TopicSettings settings) throws InterruptedException {
        try {
            EventTopic.make(admin, settings, TIMEOUT_S, true);
            return "";
        } catch (KafkaException e) {
            return text(e);
        }
    }

    /** Of a group that is not there yet nothing more is known than that it may be seen. */
    private static boolean mayRead(Admin admin, String group) throws InterruptedException {
        try {
            return EventTopic.get(
                            admin.describeConsumerGroups(
                                            List.of(group),
                                            new DescribeConsumerGroupsOptions().includeAuthorizedOperations(true))
                                    .all(),
                            TIMEOUT_S)
                    .values()
                    .iterator()
                    .next()
                    .authorizedOperations()
                    .contains(AclOperation.READ);
        } catch (GroupIdNotFoundException e) {
            return true;
        } catch (GroupAuthorizationException e) {
            return false;
        }
    }
}
