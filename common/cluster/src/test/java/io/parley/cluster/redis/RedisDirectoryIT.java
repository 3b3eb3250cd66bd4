// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.redis;

import static io.parley.cluster.Stages.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.NodeId;
import io.parley.api.id.RoomName;
import io.parley.api.room.Playout;
import io.parley.api.room.RoomRecord;
import io.parley.cluster.Directory;
import io.parley.cluster.DirectoryContract;
import io.parley.cluster.LogLines;
import io.parley.cluster.NodeLoad;
import io.parley.cluster.NodeRecord;
import io.parley.cluster.RoomClaim;
import io.parley.cluster.RoomPlace;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import livekit.LivekitModels.Room;
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
        server.settle();
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

    /** A room that nobody had entered yet was given to another node, and its own had to let go of it, with everybody in it. */
    @Test
    void aDirectoryThatForgotEverythingGivesNoRoomBeforeNodesHadTimeToEnterTheirs() {
        try (RedisServer forgetful = new RedisServer()) {
            Directory directory = new RedisDirectory(forgetful.connections());
            NodeRecord first = new NodeRecord(new NodeId("ND_first"), 1, "", "", 1, NodeLoad.NONE, false);
            NodeRecord second = new NodeRecord(new NodeId("ND_second"), 1, "", "", 1, NodeLoad.NONE, false);
            RoomName room = new RoomName("demo");
            RoomClaim before = new RoomClaim(room, first.id(), 1_000);
            get(directory.announce(second, Duration.ofMinutes(1)));
            CompletableFuture<RoomPlace> claim =
                    directory.claim(room, second.id()).toCompletableFuture();
            get(directory.announce(first, Duration.ofMinutes(1)));
            assertThat(get(directory.put(
                            before, new RoomRecord(Room.getDefaultInstance(), List.of(), true, Playout.NONE))))
                    .isTrue();
            assertThat(get(claim).claim()).isEqualTo(before);
            assertThat(get(directory.claim(new RoomName("new"), second.id()))
                            .claim()
                            .node())
                    .as("made once that time is over")
                    .isEqualTo(second.id());
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
