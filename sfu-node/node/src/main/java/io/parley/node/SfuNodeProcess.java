// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import io.micrometer.core.instrument.MeterRegistry;
import io.parley.cluster.Directory;
import io.parley.cluster.EventLog;
import io.parley.cluster.grpc.ClusterSecret;
import io.parley.cluster.grpc.LinkCredentials;
import io.parley.cluster.grpc.NodeLinkServer;
import io.parley.cluster.kafka.KafkaEventLog;
import io.parley.cluster.kafka.KafkaSecurity;
import io.parley.cluster.kafka.KafkaSettings;
import io.parley.cluster.kafka.SpoolSettings;
import io.parley.cluster.kafka.TopicSettings;
import io.parley.cluster.memory.InMemoryEventLog;
import io.parley.cluster.redis.RedisConnections;
import io.parley.cluster.redis.RedisDirectory;
import io.parley.cluster.redis.RedisSettings;
import io.parley.edge.ClusterProperties;
import io.parley.edge.KafkaProperties;
import io.parley.edge.ServiceProcess;
import io.parley.edge.SpoolProperties;
import io.parley.edge.http.HttpPort;
import io.parley.edge.http.ManagementPort;
import io.parley.net.HostAddresses;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.net.InetSocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.security.autoconfigure.ReactiveUserDetailsServiceAutoConfiguration;
import org.springframework.boot.security.autoconfigure.actuate.web.reactive.ReactiveManagementWebSecurityAutoConfiguration;
import org.springframework.boot.security.autoconfigure.web.reactive.ReactiveWebSecurityAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** The parts of an sfu-node of its own. Its HTTP port is for health and metrics only, and has no secrets to guard. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration(
        exclude = {
            ReactiveUserDetailsServiceAutoConfiguration.class,
            ReactiveWebSecurityAutoConfiguration.class,
            ReactiveManagementWebSecurityAutoConfiguration.class
        })
@EnableConfigurationProperties(SfuNodeProperties.class)
public class SfuNodeProcess {
    private static final Logger log = LoggerFactory.getLogger(SfuNodeProcess.class);

    public static void main(String[] args) {
        ServiceProcess.run(SfuNodeProcess.class, "sfu-node", args);
    }

    @Bean
    LettuceConnectionFactory redis(SfuNodeProperties properties) {
        return RedisConnections.to(redisSettings(properties.cluster()));
    }

    /** Where the directory is. */
    public static RedisSettings redisSettings(ClusterProperties cluster) {
        return new RedisSettings(
                cluster.redisUrl(),
                cluster.redisSentinel().username(),
                cluster.redisSentinel().password(),
                cluster.redisTls().ca(),
                cluster.redisTls().certificate(),
                cluster.redisTls().key());
    }

    @Bean
    Directory directory(LettuceConnectionFactory redis) {
        return new RedisDirectory(redis);
    }

    /** Where the event log is. */
    public static KafkaSettings kafkaSettings(KafkaProperties kafka) {
        return new KafkaSettings(
                String.join(",", kafka.bootstrapServers()),
                new TopicSettings(
                        kafka.topic(), kafka.partitions(), kafka.replicationFactor(), kafka.minInsyncReplicas()),
                new KafkaSecurity(
                        kafka.tls().enabled(),
                        kafka.tls().ca(),
                        kafka.tls().certificate(),
                        kafka.tls().key(),
                        kafka.sasl().mechanism(),
                        kafka.sasl().username(),
                        kafka.sasl().password()),
                kafka.properties());
    }

    /** Closed after the node, whose last events it takes. */
    @Bean
    EventLog eventLog(SfuNodeProperties properties) {
        KafkaProperties kafka = properties.kafka();
        if (kafka.bootstrapServers().isEmpty()) {
            (properties.development() ? log.atInfo() : log.atWarn())
                    .log("what happens in rooms is in the log only: parley.kafka.bootstrap-servers is not set");
            return new InMemoryEventLog(); // which nobody reads
        }
        SpoolProperties spool = properties.events().spool();
        return new KafkaEventLog(
                kafkaSettings(kafka),
                new SpoolSettings(spool.path(), spool.maxSize().toBytes()));
    }

    @Bean
    SfuNode sfuNode(SfuNodeProperties properties, Directory directory, EventLog eventLog) {
        NodeSettings settings = properties
                .rtc()
                .settings(
                        properties.room().defaults(),
                        NodeLimits.of(properties.limit(), properties.node().maxParticipants()),
                        properties.region());
        SfuNode node = new SfuNode(settings, directory, eventLog);
        node.start();
        return node;
    }

    @Bean
    LinkCredentials linkCredentials(SfuNodeProperties properties) {
        ClusterProperties.Tls tls = properties.cluster().tls();
        return LinkCredentials.of(tls.certificate(), tls.key(), tls.ca());
    }

    @Bean
    NodeLinkServer nodeLinkServer(SfuNodeProperties properties, LinkCredentials credentials, SfuNode node) {
        ClusterSecret secret = ClusterSecret.of(properties.cluster().secret(), properties.development());
        SfuNodeProperties.Node link = properties.node();
        return new NodeLinkServer(
                new InetSocketAddress(link.linkAddress(), link.linkPort()), secret, credentials, node);
    }

    /** The last part: from here on rooms come. */
    @Bean
    NodeAnnouncer nodeAnnouncer(
            SfuNodeProperties properties, SfuNode node, NodeLinkServer server, Directory directory) {
        String configured = properties.node().advertisedHost();
        String host = configured.isEmpty() ? HostAddresses.find(true).getFirst().getHostAddress() : configured;
        String address = (host.contains(":") ? "[" + host + "]" : host) + ":" + server.port();
        return new NodeAnnouncer(node, directory, address);
    }

    /** Depends on the announcer so that it is stopped before. */
    @Bean
    LastDrain lastDrain(SfuNodeProperties properties, SfuNode node, NodeAnnouncer announcer) {
        return new LastDrain(node, properties.drain().deadline());
    }

    @Bean
    EventMetrics eventMetrics(SfuNode node, EventLog eventLog) {
        return new EventMetrics(node, eventLog);
    }

    @Bean
    NodeMetrics nodeMetrics(SfuNode node, PrometheusRegistry prometheus) {
        return new NodeMetrics(node, prometheus);
    }

    @Bean
    NodeHealth nodeHealthIndicator(SfuNode node, NodeAnnouncer announcer) {
        return new NodeHealth(node, announcer);
    }

    @Bean
    HttpPort httpPort(SfuNodeProperties properties, MeterRegistry meters) {
        return ManagementPort.of(properties.management(), meters);
    }

    /** Absent where no port is configured. */
    @Bean
    @ConditionalOnExpression("${parley.rtc.debug-port} != 0")
    DebugServer debugServer(SfuNodeProperties properties, SfuNode node) {
        return new DebugServer(properties.rtc().debugPort(), node);
    }
}
