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
    private final int port;
    private final LettuceConnectionFactory connections;

    RedisServer() {
        this("");
    }

    /** @param password that it asks for, "" for none */
    RedisServer(String password) {
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
                            "no",
                            "--requirepass",
                            password)
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
        this.port = port;
        connections = connections(password);
    }

    /** As another service would connect, which may have another password. */
    LettuceConnectionFactory connections(String password) {
        String user = password.isEmpty() ? "" : ":" + password + "@";
        LettuceConnectionFactory made = RedisConnections.to("redis://" + user + "127.0.0.1:" + port);
        made.afterPropertiesSet();
        made.start();
        return made;
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
