// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.TimeUnit;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** A real redis-server on a free port of loopback, empty, for one test class. */
final class RedisServer implements AutoCloseable {
    private final Process process;
    private final LettuceConnectionFactory connections;

    RedisServer() {
        int port = freePort();
        try {
            process = new ProcessBuilder(
                            "redis-server",
                            "--port",
                            String.valueOf(port),
                            "--bind",
                            "127.0.0.1",
                            "--save",
                            "",
                            "--appendonly",
                            "no")
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("needs redis-server (package redis-server)", e);
        }
        try {
            awaitReady();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        connections = RedisConnections.to("redis://127.0.0.1:" + port);
        connections.afterPropertiesSet();
        connections.start();
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitReady() throws IOException {
        StringBuilder log = new StringBuilder();
        var lines = process.inputReader();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            log.append(line).append('\n');
            if (line.contains("Ready to accept connections")) {
                return;
            }
        }
        throw new IllegalStateException("redis-server did not start:\n" + log);
    }

    LettuceConnectionFactory connections() {
        return connections;
    }

    void flush() {
        try (var connection = connections.getConnection()) {
            connection.serverCommands().flushAll();
        }
    }

    /** As if pulled from the wall. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor(10, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        connections.destroy();
        process.destroyForcibly();
    }
}
