// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import java.time.Duration;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** Connections to Redis. One that is not there is an answer within seconds, not a command that waits for its return. */
public final class RedisConnections {
    private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

    private RedisConnections() {}

    /**
     * Nothing connects before the first command. The caller starts and destroys the factory.
     *
     * @param url redis://, rediss:// (TLS) or redis-sentinel://, with user and password if there are any
     * @throws IllegalArgumentException for a URL of another form; the message does not repeat it
     */
    public static LettuceConnectionFactory to(String url) {
        RedisURI uri;
        try {
            uri = RedisURI.create(url);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "parley.cluster.redis-url is no Redis URL: write redis://host:port, with user:password@ if need be");
        }
        var client = LettuceClientConfiguration.builder()
                .commandTimeout(COMMAND_TIMEOUT)
                .clientOptions(ClientOptions.builder()
                        .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                        .socketOptions(SocketOptions.builder()
                                .connectTimeout(CONNECT_TIMEOUT)
                                .keepAlive(true)
                                .build())
                        .build());
        if (uri.isSsl()) {
            client.useSsl();
        }
        RedisConfiguration where = LettuceConnectionFactory.createRedisConfiguration(uri);
        return new LettuceConnectionFactory(where, client.build());
    }
}
