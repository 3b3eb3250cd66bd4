// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room;

import io.parley.cluster.Directory;
import io.parley.cluster.NodeLinks;
import io.parley.cluster.RememberingDirectory;
import io.parley.cluster.grpc.ClusterSecret;
import io.parley.cluster.grpc.GrpcNodeLinks;
import io.parley.cluster.grpc.LinkCredentials;
import io.parley.cluster.redis.RedisConnections;
import io.parley.cluster.redis.RedisDeliveryStore;
import io.parley.cluster.redis.RedisDirectory;
import io.parley.cluster.redis.RedisSettings;
import io.parley.cluster.webhook.DeliveryLimits;
import io.parley.cluster.webhook.DeliveryStore;
import io.parley.edge.ClusterProperties;
import io.parley.edge.LimitProperties;
import io.parley.edge.ServiceProcess;
import io.parley.edge.http.HttpProperties;
import io.parley.edge.http.ManagementProperties;
import io.parley.edge.security.ApiKeys;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.security.autoconfigure.ReactiveUserDetailsServiceAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** A room-service of its own: the parts of {@link RoomServiceWiring}, with nodes and a directory that are elsewhere. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration(exclude = ReactiveUserDetailsServiceAutoConfiguration.class)
@EnableConfigurationProperties(RoomServiceProperties.class)
@Import(RoomServiceWiring.class)
public class RoomServiceProcess {
    public static void main(String[] args) {
        ServiceProcess.run(RoomServiceProcess.class, "room-service", args);
    }

    @Bean
    ApiKeys apiKeys(RoomServiceProperties properties) {
        return ApiKeys.of(properties.keys(), properties.development());
    }

    @Bean
    RoomSettings roomSettings(RoomServiceProperties properties) {
        return new RoomSettings(
                properties.room().autoCreate(),
                properties.room().enableRemoteUnmute(),
                properties.room().maxPublishConnections(),
                RoomConfigurationProperties.presets(properties.room().roomConfigurations(), properties.limit()),
                properties.region(),
                properties.nodeSelector().selector(properties.region()));
    }

    @Bean
    LimitProperties limitProperties(RoomServiceProperties properties) {
        return properties.limit();
    }

    @Bean
    HttpProperties httpProperties(RoomServiceProperties properties) {
        return properties.http();
    }

    @Bean
    ManagementProperties managementProperties(RoomServiceProperties properties) {
        return properties.management();
    }

    @Bean
    ClusterSecret clusterSecret(RoomServiceProperties properties) {
        return ClusterSecret.of(properties.cluster().secret(), properties.development());
    }

    @Bean
    LettuceConnectionFactory redis(RoomServiceProperties properties) {
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
    RedisDirectory redisDirectory(LettuceConnectionFactory redis) {
        return new RedisDirectory(redis);
    }

    @Bean
    @Primary
    Directory directory(RedisDirectory redis) {
        return new RememberingDirectory(redis);
    }

    @Bean
    DeliveryStore deliveryStore(LettuceConnectionFactory redis) {
        return new RedisDeliveryStore(redis, DeliveryLimits.DEFAULT);
    }

    @Bean
    LinkCredentials linkCredentials(RoomServiceProperties properties) {
        ClusterProperties.Tls tls = properties.cluster().tls();
        return LinkCredentials.of(tls.certificate(), tls.key(), tls.ca());
    }

    @Bean
    NodeLinks nodeLinks(ClusterSecret secret, LinkCredentials credentials) {
        return new GrpcNodeLinks(secret, credentials);
    }

    @Bean
    ClusterHealth clusterHealthIndicator(RedisDirectory directory, NodeLinks links) {
        return new ClusterHealth(directory, links);
    }
}
