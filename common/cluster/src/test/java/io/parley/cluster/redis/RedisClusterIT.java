// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.redis;

import static org.awaitility.Awaitility.await;

import io.parley.cluster.Directory;
import io.parley.cluster.DirectoryContract;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** The directory in a Redis cluster of three masters. */
class RedisClusterIT extends DirectoryContract {
    private static final int MASTERS = 3;
    private static final int SLOTS = 16_384;

    @TempDir
    static Path folder;

    private static final List<Process> processes = new ArrayList<>();
    private static LettuceConnectionFactory connections;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        List<Integer> ports = new ArrayList<>();
        List<String> addresses = new ArrayList<>();
        for (int i = 0; i < MASTERS; i++) {
            int port = RedisServer.freePort();
            ports.add(port);
            addresses.add("127.0.0.1:" + port);
            processes.add(RedisServer.launch(
                    RedisServer.READY,
                    "--port",
                    String.valueOf(port),
                    "--cluster-enabled",
                    "yes",
                    "--cluster-port",
                    String.valueOf(RedisServer.freePort()),
                    "--cluster-config-file",
                    folder.resolve("nodes-" + i + ".conf").toString(),
                    "--requirepass",
                    "the-password"));
        }
        for (int i = 0; i < MASTERS; i++) {
            int first = SLOTS * i / MASTERS;
            int last = SLOTS * (i + 1) / MASTERS - 1;
            cli(ports.get(i), "cluster", "addslotsrange", String.valueOf(first), String.valueOf(last));
        }
        for (Process other : processes.subList(1, MASTERS)) {
            int index = processes.indexOf(other);
            cli(
                    ports.getFirst(),
                    "cluster",
                    "meet",
                    "127.0.0.1",
                    String.valueOf(ports.get(index)),
                    busPort(ports, index));
        }
        await("the cluster is whole").until(() -> {
            for (int port : ports) {
                if (!cli(port, "cluster", "info").contains("cluster_state:ok")
                        || !cli(port, "cluster", "info").contains("cluster_known_nodes:" + MASTERS)) {
                    return false;
                }
            }
            return true;
        });
        connections = RedisServer.connect(
                RedisSettings.of("redis-cluster://:the-password@" + String.join(",", addresses.subList(0, 2))));
    }

    private static String busPort(List<Integer> ports, int index) throws IOException, InterruptedException {
        String line = cli(ports.get(index), "config", "get", "cluster-port");
        return line.lines().filter(value -> value.matches("\\d+")).findFirst().orElseThrow();
    }

    private static String cli(int port, String... command) throws IOException, InterruptedException {
        return RedisServer.cli(port, "the-password", command);
    }

    @AfterAll
    static void stop() {
        connections.destroy();
        processes.forEach(Process::destroyForcibly);
    }

    @Override
    protected Directory directory() {
        try (var connection = connections.getClusterConnection()) {
            connection.serverCommands().flushAll();
        }
        RedisServer.settle(connections);
        return new RedisDirectory(connections);
    }
}
