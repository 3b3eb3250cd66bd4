// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.redis;

import static io.parley.cluster.Stages.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.api.id.NodeId;
import io.parley.api.id.RoomName;
import io.parley.api.room.Playout;
import io.parley.api.room.RoomRecord;
import io.parley.cluster.Directory;
import io.parley.cluster.NodeLoad;
import io.parley.cluster.NodeRecord;
import io.parley.cluster.NodeSelector;
import io.parley.cluster.Placement;
import io.parley.cluster.RoomClaim;
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
import java.util.random.RandomGenerator;
import livekit.LivekitModels.Room;
import org.junit.jupiter.api.Test;

/** A whole control plane but for the media: Redis, the node link, and a node that crashes and is started again. */
class RoomOfARestartedNodeIT {
    private static final ClusterSecret SECRET = new ClusterSecret("the secret of this cluster, long enough");
    private static final RoomName ROOM = new RoomName("demo");
    private static final RoomRecord RECORD = new RoomRecord(Room.getDefaultInstance(), List.of(), true, Playout.NONE);
    private static final Duration LEASE = Duration.ofSeconds(2);

    private static NodeLinkServer serve(int port, NodeId id) {
        return new NodeLinkServer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                SECRET,
                LinkCredentials.PLAIN,
                new ScriptedNode(id));
    }

    private static NodeRecord record(NodeId id, int port) {
        return new NodeRecord(id, 1, "127.0.0.1:" + port, "", 1, NodeLoad.NONE, false);
    }

    /** The successor answered under the address of the room's node, which so kept the room without having it. */
    @Test
    void goesToTheNodeThatWasStartedAgainUnderTheSameAddress() {
        try (RedisServer redis = new RedisServer();
                GrpcNodeLinks links = new GrpcNodeLinks(SECRET, LinkCredentials.PLAIN)) {
            Directory directory = new RedisDirectory(redis.connections());
            RoomRouter router = new RoomRouter(
                    directory, links, new Placement("", NodeSelector.DEFAULT, RandomGenerator.getDefault()));
            NodeId first = new NodeId("ND_first");
            int port;
            try (NodeLinkServer server = serve(0, first)) {
                port = server.port();
                get(directory.announce(record(first, port), LEASE));
                RoomClaim claim = get(router.place(ROOM)).claim();
                assertThat(get(directory.put(claim, RECORD))).isTrue();
            }
            NodeId second = new NodeId("ND_second");
            try (NodeLinkServer server = serve(port, second)) {
                get(directory.announce(record(second, server.port()), Duration.ofMinutes(1)));
                RoomRouter.Route route = get(router.place(ROOM));
                assertThat(route.claim().node()).isEqualTo(second);
                assertThat(route.link().id()).isEqualTo(second);
                assertThat(get(directory.put(route.claim(), RECORD)))
                        .as("the directory lets the room in")
                        .isTrue();
                assertThat(get(router.find(ROOM))).isPresent();
            }
        }
    }
}
