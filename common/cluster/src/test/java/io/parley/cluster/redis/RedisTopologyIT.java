// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.redis;

import static io.parley.cluster.Stages.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.parley.api.error.ApiError;
import io.parley.api.id.NodeId;
import io.parley.api.id.RoomName;
import io.parley.api.room.Playout;
import io.parley.api.room.RoomRecord;
import io.parley.cluster.Directory;
import io.parley.cluster.NodeLoad;
import io.parley.cluster.NodeRecord;
import io.parley.cluster.RoomClaim;
import io.parley.cluster.grpc.TestAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import livekit.LivekitModels.Room;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** Where Redis may be, and what it may ask for. */
class RedisTopologyIT {
    private static final NodeRecord NODE = new NodeRecord(new NodeId("ND_a"), 1, "", "", 1, NodeLoad.NONE, false);
    private static final RoomName ROOM = new RoomName("demo");
    private static final RoomRecord RECORD =
            new RoomRecord(Room.newBuilder().setName("demo").build(), List.of(), true, Playout.NONE);
    private static final Duration LONG = Duration.ofMinutes(1);

    /** As docs/services.md has it. */
    private static final String LEAST =
            "~{parley}:* +@connection +info +eval +evalsha +time +exists +get +set +hget +hset"
                    + " +hdel +hmget +hscan +hvals +hexists +zadd +zrem +zrangebyscore +zscore";

    @TempDir
    Path folder;

    private final List<Process> processes = new ArrayList<>();
    private final List<LettuceConnectionFactory> connections = new ArrayList<>();

    @AfterEach
    void stop() {
        connections.forEach(LettuceConnectionFactory::destroy);
        processes.forEach(Process::destroyForcibly);
    }

    private Process launch(String ready, String... arguments) {
        Process process = RedisServer.launch(ready, arguments);
        processes.add(process);
        return process;
    }

    private Directory directory(RedisSettings settings) {
        LettuceConnectionFactory made = RedisServer.connect(settings);
        connections.add(made);
        return new RedisDirectory(made);
    }

    private static RoomClaim open(Directory directory) {
        get(directory.announce(NODE, LONG));
        RoomClaim claim = get(directory.claim(ROOM, NODE.id())).claim();
        assertThat(get(directory.put(claim, RECORD))).isTrue();
        return claim;
    }

    /** Everything that a directory is asked for. */
    private static void isWhole(Directory directory) {
        RoomClaim claim = open(directory);
        assertThat(get(directory.find(ROOM))).isPresent();
        assertThat(get(directory.rooms(List.of()))).hasSize(1);
        assertThat(get(directory.rooms(List.of("demo")))).hasSize(1);
        assertThat(get(directory.nodes())).containsExactly(NODE);
        get(directory.withdraw(NODE.id()));
        assertThat(get(directory.lost(Duration.ZERO))).containsExactly(claim);
        RoomClaim taken = get(directory.takeOver(claim, NODE.id())).claim();
        get(directory.revoke(taken));
        get(directory.handOver(taken, RECORD));
        get(directory.release(taken));
        assertThat(get(directory.find(ROOM))).isEmpty();
    }

    @Test
    void aUserWithTheLeastOfRightsWillDo() throws IOException {
        Path users = Files.writeString(
                folder.resolve("users.acl"), "user default off\nuser parley on >secret " + LEAST + "\n");
        int port = RedisServer.freePort();
        launch(RedisServer.READY, "--port", String.valueOf(port), "--aclfile", users.toString());
        isWhole(directory(RedisSettings.of("redis://parley:secret@127.0.0.1:" + port)));
    }

    @Test
    void overTlsBothSidesShowCertificates() {
        TestAuthority authority = new TestAuthority(folder, "redis-ca");
        TestAuthority.Issued server = authority.issue("redis");
        TestAuthority.Issued client = authority.issue("parley");
        String ca = authority.certificate().toString();
        int port = RedisServer.freePort();
        launch(
                RedisServer.READY,
                "--port",
                "0",
                "--tls-port",
                String.valueOf(port),
                "--tls-cert-file",
                server.certificate().toString(),
                "--tls-key-file",
                server.key().toString(),
                "--tls-ca-cert-file",
                ca);
        String url = "rediss://127.0.0.1:" + port;
        isWhole(directory(new RedisSettings(
                url, "", "", ca, client.certificate().toString(), client.key().toString())));
        String foreign = new TestAuthority(folder, "foreign-ca").certificate().toString();
        for (RedisSettings refused : List.of(
                new RedisSettings(url, "", "", ca, "", ""),
                new RedisSettings(
                        url,
                        "",
                        "",
                        foreign,
                        client.certificate().toString(),
                        client.key().toString()),
                RedisSettings.of("redis://127.0.0.1:" + port))) {
            assertThatThrownBy(() -> get(directory(refused).nodes())).isInstanceOf(ApiError.class);
        }
    }

    @Test
    void filesThatAreNotThereAreNamed() {
        assertThatThrownBy(() -> RedisConnections.to(new RedisSettings("rediss://h", "", "", "/none.pem", "", "")))
                .hasMessageContaining("parley.cluster.redis-tls.ca")
                .hasMessageContaining("/none.pem");
        assertThatThrownBy(() -> RedisConnections.to(new RedisSettings("rediss://h", "", "", "", "/none.pem", "")))
                .hasMessageContaining("parley.cluster.redis-tls.key");
    }

    /** It wedged the server, which was found out hours later (livekit#1559, #2464). */
    @Test
    void theDirectoryIsBackByItselfAfterSentinelsMadeAnotherServerTheMaster() throws IOException, InterruptedException {
        int first = RedisServer.freePort();
        int second = RedisServer.freePort();
        int sentinel = RedisServer.freePort();
        Process master = launch(
                RedisServer.READY,
                "--port",
                String.valueOf(first),
                "--requirepass",
                "of-data",
                "--masterauth",
                "of-data",
                "--repl-diskless-sync-delay",
                "0");
        launch(
                RedisServer.READY,
                "--port",
                String.valueOf(second),
                "--replicaof",
                "127.0.0.1 " + first,
                "--requirepass",
                "of-data",
                "--masterauth",
                "of-data");
        await("the replica")
                .until(() ->
                        RedisServer.cli(first, "of-data", "info", "replication").contains("state=online"));
        Path configuration = Files.writeString(folder.resolve("sentinel.conf"), """
                port %d
                requirepass of-sentinel
                sentinel monitor mymaster 127.0.0.1 %d 1
                sentinel auth-pass mymaster of-data
                sentinel down-after-milliseconds mymaster 500
                sentinel failover-timeout mymaster 3000
                """.formatted(sentinel, first));
        launch("+slave slave", configuration.toString(), "--sentinel");
        Directory directory = directory(new RedisSettings(
                "redis-sentinel://:of-data@127.0.0.1:" + sentinel + "/#mymaster", "", "of-sentinel", "", "", ""));
        RoomClaim claim = open(directory);
        assertThat(RedisServer.cli(first, "of-data", "wait", "1", "10000"))
                .as("replicas")
                .startsWith("1");
        master.destroyForcibly();
        await("the other server").atMost(Duration.ofSeconds(30)).until(() -> {
            try {
                return get(directory.put(claim, RECORD));
            } catch (ApiError away) {
                return false;
            }
        });
        assertThat(get(directory.find(ROOM)).orElseThrow().claim()).isEqualTo(claim);
    }
}
