// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.api.id.NodeId;
import io.parley.api.id.RoomName;
import io.parley.api.room.RoomMethod;
import io.parley.api.room.RoomRecord;
import io.parley.cluster.NodeSelector;
import io.parley.cluster.Placement;
import io.parley.cluster.RoomPlace;
import io.parley.cluster.RoomRouter;
import io.parley.cluster.grpc.ClusterSecret;
import io.parley.cluster.grpc.GrpcNodeLinks;
import io.parley.cluster.grpc.LinkCredentials;
import io.parley.cluster.redis.RedisConnections;
import io.parley.cluster.redis.RedisDirectory;
import io.parley.cluster.redis.RedisSettings;
import io.parley.node.SfuNodeProcess;
import io.parley.testkit.RedisProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import livekit.LivekitModels.Room;
import livekit.LivekitRoom.CreateRoomRequest;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * A node that gets a SIGTERM hands its rooms over and leaves the directory, and they go elsewhere at once. The connections to Redis had ended by
 * the time that it said so, and everybody waited for its lease.
 */
class NodeStopIT {
    private static final Duration GENEROUS = Duration.ofSeconds(120);
    private static final byte[] ROOMS = "{parley}:rooms".getBytes(UTF_8);
    private static final byte[] NODES = "{parley}:nodes".getBytes(UTF_8);

    @Test
    void aNodeThatIsToldToEndHandsItsRoomsOverAndLeavesTheDirectory() throws Exception {
        RedisProcess redis = new RedisProcess();
        LettuceConnectionFactory connections = RedisConnections.to(RedisSettings.of(redis.url()));
        Path log = Files.createTempFile("node-stop", ".log");
        Process node = JavaProcess.of(
                        SfuNodeProcess.class,
                        "--spring.profiles.active=dev",
                        "--server.port=0",
                        "--parley.rtc.udp-port=0",
                        "--parley.rtc.debug-port=0",
                        "--parley.node.link-port=0",
                        "--parley.cluster.redis-url=" + redis.url())
                .redirectOutput(log.toFile())
                .start();
        try (GrpcNodeLinks links = new GrpcNodeLinks(new ClusterSecret("secret"), LinkCredentials.PLAIN)) {
            connections.afterPropertiesSet();
            connections.start();
            RedisDirectory directory = new RedisDirectory(connections);
            Awaitility.await()
                    .atMost(GENEROUS)
                    .ignoreExceptions()
                    .until(() -> !directory.nodes().toCompletableFuture().join().isEmpty());
            RoomRouter router =
                    new RoomRouter(directory, links, new Placement("", NodeSelector.DEFAULT, new Random(1)));
            CreateRoomRequest creation = CreateRoomRequest.newBuilder()
                    .setName("demo")
                    .setMetadata("minutes")
                    .build();
            RoomRouter.Route route = Awaitility.await("the node answers, cold as it is")
                    .atMost(GENEROUS)
                    .ignoreExceptions()
                    .until(
                            () -> router.place(new RoomName("demo"))
                                    .toCompletableFuture()
                                    .join(),
                            Objects::nonNull);
            Room made = route.call(RoomMethod.CREATE_ROOM, creation, "")
                    .toCompletableFuture()
                    .join();
            node.destroy();
            assertThat(node.waitFor(GENEROUS.toSeconds(), TimeUnit.SECONDS))
                    .as("it ends")
                    .isTrue();
            try (RedisConnection connection = connections.getConnection()) {
                // The list of nodes leaves out one whose lease has ended; what is there of it is only removed if it
                // leaves.
                assertThat(connection.hashCommands().hLen(NODES)).isZero();
                byte[] place = connection.hashCommands().hGet(ROOMS, "demo".getBytes(UTF_8));
                assertThat(new String(place, UTF_8))
                        .as("let go of, and not only lost")
                        .isEqualTo(route.claim().epoch() + " 1 " + route.claim().node());
            }
            RoomPlace taken = directory
                    .takeOver(route.claim(), new NodeId("ND_next"))
                    .toCompletableFuture()
                    .join();
            assertThat(taken.inherited())
                    .isNotNull()
                    .extracting(RoomRecord::room)
                    .isEqualTo(made);
            assertThat(Files.readString(log)).doesNotContain(" WARN ").doesNotContain(" ERROR ");
        } finally {
            node.destroyForcibly();
            connections.destroy();
            redis.close();
        }
    }
}
