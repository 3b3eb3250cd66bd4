// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import java.io.File;
import java.time.Duration;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisNode;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** Connections to Redis. One that is not there is an answer within seconds, not a command that waits for its return. */
public final class RedisConnections {
    private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

    /** How often a cluster is asked who is in it; at once where a node fails or sends to another. */
    private static final Duration TOPOLOGY_INTERVAL = Duration.ofSeconds(10);

    private static final String CLUSTER = "-cluster://";
    private static final String TLS = "parley.cluster.redis-tls.";

    private RedisConnections() {}

    /**
     * Nothing connects before the first command. The caller starts and destroys the factory.
     *
     * @throws IllegalArgumentException for a URL of another form, or files that are not there; the message repeats no secret
     */
    public static LettuceConnectionFactory to(RedisSettings settings) {
        boolean isCluster = settings.url().contains(CLUSTER);
        RedisURI uri = uri(settings.url());
        ClientOptions.Builder options =
                isCluster ? ClusterClientOptions.builder().topologyRefreshOptions(topology()) : ClientOptions.builder();
        options.disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(CONNECT_TIMEOUT)
                        .keepAlive(true)
                        .build());
        LettuceClientConfiguration.LettuceClientConfigurationBuilder client =
                LettuceClientConfiguration.builder().commandTimeout(COMMAND_TIMEOUT);
        if (uri.isSsl()) {
            options.sslOptions(tls(settings));
            client.useSsl();
        }
        client.clientOptions(options.build());
        return new LettuceConnectionFactory(isCluster ? cluster(uri) : server(uri, settings), client.build());
    }

    /** Sentinels' URLs are lists of hosts as well, and Lettuce reads those. */
    private static RedisURI uri(String url) {
        try {
            return RedisURI.create(url.contains(CLUSTER) ? url.replace(CLUSTER, "-sentinel://") + "#cluster" : url);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "parley.cluster.redis-url is no Redis URL: write redis://host:port, with user:password@ if need be");
        }
    }

    private static ClusterTopologyRefreshOptions topology() {
        return ClusterTopologyRefreshOptions.builder()
                .enablePeriodicRefresh(TOPOLOGY_INTERVAL)
                .build();
    }

    private static RedisConfiguration cluster(RedisURI uri) {
        RedisClusterConfiguration cluster = new RedisClusterConfiguration();
        uri.getSentinels().forEach(node -> cluster.addClusterNode(new RedisNode(node.getHost(), node.getPort())));
        if (LettuceConnectionFactory.createRedisConfiguration(uri) instanceof RedisSentinelConfiguration read) {
            cluster.setUsername(read.getUsername());
            cluster.setPassword(read.getPassword());
        }
        return cluster;
    }

    private static RedisConfiguration server(RedisURI uri, RedisSettings settings) {
        RedisConfiguration server = LettuceConnectionFactory.createRedisConfiguration(uri);
        if (server instanceof RedisSentinelConfiguration sentinels) {
            if (!settings.sentinelUsername().isEmpty()) {
                sentinels.setSentinelUsername(settings.sentinelUsername());
            }
            if (!settings.sentinelPassword().isEmpty()) {
                sentinels.setSentinelPassword(settings.sentinelPassword());
            }
        }
        return server;
    }

    private static SslOptions tls(RedisSettings settings) {
        SslOptions.Builder tls = SslOptions.builder().jdkSslProvider();
        if (!settings.ca().isEmpty()) {
            tls.trustManager(file("ca", settings.ca()));
        }
        if (settings.certificate().isEmpty() != settings.key().isEmpty()) {
            throw new IllegalArgumentException(TLS + "certificate and " + TLS + "key go together");
        }
        if (!settings.certificate().isEmpty()) {
            tls.keyManager(file("certificate", settings.certificate()), file("key", settings.key()), new char[0]);
        }
        return tls.build();
    }

    private static File file(String key, String path) {
        File file = new File(path);
        if (!file.canRead()) {
            throw new IllegalArgumentException(TLS + key + ": can't read " + path);
        }
        return file;
    }
}
