// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** A real redis-server on a free port of loopback, empty, for one test class. */
final class RedisServer implements AutoCloseable {
    static final String READY = "Ready to accept connections";

    private Process process;
    private final String password;
    private final int port;
    private final LettuceConnectionFactory connections;

    RedisServer() {
        this("");
    }

    /** @param password that it asks for, "" for none */
    RedisServer(String password) {
        this.port = freePort();
        this.password = password;
        this.process = start();
        connections = connections(password);
    }

    private Process start() {
        return launch(READY, "--port", String.valueOf(port), "--requirepass", password);
    }

    /** @param ready what it says once it can be used */
    static Process launch(String ready, String... arguments) {
        List<String> command = new ArrayList<>(List.of("redis-server"));
        command.addAll(List.of(arguments));
        if (!command.contains("--sentinel")) {
            command.addAll(List.of("--bind", "127.0.0.1", "--save", "", "--appendonly", "no"));
            command.addAll(List.of("--rdb-del-sync-files", "yes"));
        }
        try {
            // A replica writes what it gets to a file, which the next server that starts in the folder would read.
            Path folder = Files.createTempDirectory("redis-");
            folder.toFile().deleteOnExit();
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .start();
            awaitReady(process, ready);
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException("needs redis-server (package redis-server)", e);
        }
    }

    /** @return what {@code redis-cli} says to the command */
    static String cli(int port, String password, String... command) throws IOException, InterruptedException {
        List<String> words =
                new ArrayList<>(List.of("redis-cli", "-p", String.valueOf(port), "-a", password, "--no-auth-warning"));
        words.addAll(List.of(command));
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        process.waitFor();
        return output;
    }

    /** As another service would connect, which may have another password. */
    LettuceConnectionFactory connections(String password) {
        String user = password.isEmpty() ? "" : ":" + password + "@";
        return connect(RedisSettings.of("redis://" + user + "127.0.0.1:" + port));
    }

    static LettuceConnectionFactory connect(RedisSettings settings) {
        LettuceConnectionFactory made = RedisConnections.to(settings);
        made.afterPropertiesSet();
        made.start();
        return made;
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void awaitReady(Process process, String ready) throws IOException {
        StringBuilder log = new StringBuilder();
        var lines = process.inputReader();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            log.append(line).append('\n');
            if (line.contains(ready)) {
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

    /** As one that has been in use for a while. */
    void settle() {
        settle(connections);
    }

    static void settle(LettuceConnectionFactory connections) {
        try (var connection = connections.getConnection()) {
            connection.stringCommands().set("{parley}:epoch".getBytes(UTF_8), "1".getBytes(UTF_8));
        }
    }

    /** As if pulled from the wall. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor(10, TimeUnit.SECONDS);
    }

    /** Empty, under the same address. */
    void restart() {
        process = start();
    }

    /** Takes connections and says nothing, until it is {@link #thaw thawed}. */
    void freeze() throws InterruptedException {
        signal("-STOP");
    }

    void thaw() throws InterruptedException {
        signal("-CONT");
    }

    private void signal(String name) throws InterruptedException {
        try {
            new ProcessBuilder("kill", name, String.valueOf(process.pid()))
                    .start()
                    .waitFor(10, TimeUnit.SECONDS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        connections.destroy();
        process.destroyForcibly();
    }
}
