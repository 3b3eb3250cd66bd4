// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.redis;

import static io.parley.cluster.Stages.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.NodeId;
import io.parley.api.id.RoomName;
import io.parley.api.room.Playout;
import io.parley.api.room.RoomRecord;
import io.parley.cluster.Directory;
import io.parley.cluster.NodeLoad;
import io.parley.cluster.NodeRecord;
import io.parley.cluster.NodeSelector;
import io.parley.cluster.Placement;
import io.parley.cluster.RememberingDirectory;
import io.parley.cluster.RoomClaim;
import io.parley.cluster.RoomReaper;
import io.parley.cluster.RoomRouter;
import io.parley.cluster.ScriptedNode;
import io.parley.cluster.grpc.ClusterSecret;
import io.parley.cluster.grpc.GrpcNodeLinks;
import io.parley.cluster.grpc.LinkCredentials;
import io.parley.cluster.grpc.NodeLinkServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import livekit.LivekitModels.Room;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A room-service and a node that go on without their Redis, and with one that comes back, as it was or empty. */
class DirectoryAwayIT {
    private static final ClusterSecret SECRET = new ClusterSecret("the secret of this cluster, long enough");
    private static final RoomName ROOM = new RoomName("demo");
    private static final RoomName NEW = new RoomName("new");
    private static final RoomRecord RECORD =
            new RoomRecord(Room.newBuilder().setName("demo").build(), List.of(), true, Playout.NONE);
    private static final NodeId NODE = new NodeId("ND_a");

    private final RedisServer redis = new RedisServer();
    private final NodeLinkServer server = new NodeLinkServer(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            SECRET,
            LinkCredentials.PLAIN,
            new ScriptedNode(NODE));
    private final GrpcNodeLinks links = new GrpcNodeLinks(SECRET, LinkCredentials.PLAIN);
    private final Directory ofNode = new RedisDirectory(redis.connections());
    private final Directory ofRoomService = new RememberingDirectory(new RedisDirectory(redis.connections()));
    private final RoomRouter router =
            new RoomRouter(ofRoomService, links, new Placement("", NodeSelector.DEFAULT, new Random(1)));
    private final RoomReaper reaper = new RoomReaper(ofRoomService, router);

    private boolean announce() {
        return get(ofNode.announce(
                new NodeRecord(NODE, 1, "127.0.0.1:" + server.port(), "", 1, NodeLoad.NONE, false),
                Duration.ofSeconds(2)));
    }

    /** As its node does it, again and again. @return whether that succeeded */
    private boolean isAnnounced() {
        try {
            if (announce()) {
                get(ofNode.put(claim, RECORD));
            }
            return true;
        } catch (ApiError away) {
            return false;
        }
    }

    private RoomClaim claim = new RoomClaim(ROOM, NODE, 0);

    @BeforeEach
    void open() {
        redis.settle();
        announce();
        claim = get(router.place(ROOM)).claim();
        assertThat(get(ofNode.put(claim, RECORD))).isTrue();
    }

    @AfterEach
    void close() {
        reaper.close();
        links.close();
        server.close();
        redis.close();
    }

    private void isServedFromMemory() {
        assertThat(get(router.place(ROOM)).claim()).as("who joins").isEqualTo(claim);
        assertThat(get(router.find(ROOM)).orElseThrow().claim())
                .as("who resumes, and calls of the room API")
                .isEqualTo(claim);
        assertThat(get(ofRoomService.nodes())).extracting(NodeRecord::id).containsExactly(NODE);
        for (var refused : List.of(router.place(NEW), router.find(NEW), ofRoomService.rooms(List.of()))) {
            assertThatThrownBy(() -> get(refused))
                    .isInstanceOfSatisfying(
                            ApiError.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE))
                    .hasMessageContaining("directory");
        }
    }

    private void isAsBefore() {
        await("the node is announced again").until(this::isAnnounced);
        assertThat(get(router.place(ROOM)).claim()).isEqualTo(claim);
        assertThat(get(ofRoomService.rooms(List.of()))).containsExactly(RECORD.room());
        assertThat(get(router.place(NEW)).claim().node()).isEqualTo(NODE);
        assertThat(get(ofNode.put(claim, RECORD))).as("nobody took it").isTrue();
    }

    @Test
    void aRedisThatIsGoneAndComesBackEmpty() throws InterruptedException {
        redis.kill();
        isServedFromMemory();
        redis.restart();
        isAsBefore();
    }

    /** Longer than a lease and the reaper's patience. */
    @Test
    void aRedisThatIsFrozenForAWhile() throws InterruptedException {
        redis.freeze();
        try {
            isServedFromMemory();
            isServedFromMemory();
        } finally {
            redis.thaw();
        }
        isAsBefore();
    }
}
