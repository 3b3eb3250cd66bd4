// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.redis;

import static io.parley.cluster.Stages.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.cluster.Directory;
import io.parley.cluster.DirectoryContract;
import io.parley.cluster.LogLines;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

class RedisDirectoryIT extends DirectoryContract {
    private static RedisServer server;

    @BeforeAll
    static void start() {
        server = new RedisServer();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Override
    protected Directory directory() {
        server.flush();
        return new RedisDirectory(server.connections());
    }

    /**
     * The log said that the directory can't be reached, which sent everybody to look at the network. The cause is what
     * Redis said (WRONGPASS), or that the connection was closed, where Lettuce notices that first.
     */
    @Test
    void aWrongPasswordIsLoggedWithTheCauseAndWithoutTheSecret() {
        try (RedisServer guarded = new RedisServer("the-right-password");
                LogLines log = new LogLines(RedisDirectory.class)) {
            LettuceConnectionFactory connections = guarded.connections("a-wrong-password");
            try {
                Directory directory = new RedisDirectory(connections);
                for (int i = 0; i < 3; i++) {
                    assertThatThrownBy(() -> get(directory.nodes())).isInstanceOf(ApiError.class);
                }
            } finally {
                connections.destroy();
            }
            assertThat(log.lines())
                    .singleElement()
                    .satisfies(line -> assertThat(line)
                            .startsWith("WARN")
                            .contains("parley.cluster.redis-url", "user and password", "cause=\"io.lettuce")
                            .doesNotContain("a-wrong-password", "the-right-password"));
        }
    }

    @Test
    void saysThatItCannotBeReached() throws InterruptedException {
        try (RedisServer dying = new RedisServer()) {
            Directory directory = new RedisDirectory(dying.connections());
            assertThat(get(directory.nodes())).isEmpty();
            dying.kill();
            assertThatThrownBy(() -> directory.nodes().toCompletableFuture().get(10, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            ApiError.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
        }
    }
}
