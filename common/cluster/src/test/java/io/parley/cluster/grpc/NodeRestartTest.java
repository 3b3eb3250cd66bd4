// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.grpc;

import static io.parley.cluster.Stages.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.NodeId;
import io.parley.api.id.RoomName;
import io.parley.api.room.RoomMethod;
import io.parley.cluster.NodeLink;
import io.parley.cluster.NodeLinkContract;
import io.parley.cluster.NodeLinkContract.Heard;
import io.parley.cluster.NodeLoad;
import io.parley.cluster.NodeRecord;
import io.parley.cluster.RoomClaim;
import io.parley.cluster.ScriptedNode;
import io.parley.cluster.SessionStart;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import livekit.LivekitModels.ClientInfo;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRtc.JoinRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A process crashes and is started again under its address, as every supervisor does it. It is another node, and was taken
 * for the first as long as the directory remembered that one: whoever joined a room of the first was thrown out again, for
 * ten minutes.
 */
class NodeRestartTest {
    private static final ClusterSecret SECRET = new ClusterSecret("the secret of this cluster, long enough");
    private static final NodeId GONE = new NodeId("ND_gone");
    private static final RoomClaim CLAIM = new RoomClaim(new RoomName("demo"), GONE, 42);

    private final GrpcNodeLinks links = new GrpcNodeLinks(SECRET, LinkCredentials.PLAIN);
    private final ScriptedNode successor = new ScriptedNode(new NodeId("ND_successor"));
    private NodeLinkServer server;
    private NodeLink link;

    @BeforeEach
    void restart() {
        server = serve(0, new ScriptedNode(GONE));
        int port = server.port();
        link = links.to(new NodeRecord(GONE, 1, "127.0.0.1:" + port, "", 1, NodeLoad.NONE, false));
        NodeLinkContract.awaitAnswer(link);
        server.close();
        await("the loss shows").until(() -> !link.isConnected());
        server = serve(port, successor);
    }

    private static NodeLinkServer serve(int port, NodeLink node) {
        return new NodeLinkServer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port), SECRET, LinkCredentials.PLAIN, node);
    }

    @AfterEach
    void stop() {
        links.close();
        server.close();
    }

    @Test
    void theSuccessorDoesNotAnswerForTheNodeThatIsGone() {
        await("it says so")
                .untilAsserted(() -> assertThatThrownBy(() -> get(link.ping()))
                        .isInstanceOfSatisfying(ApiError.class, NodeRestartTest::isGone));
        assertThat(link.isConnected()).as("the way to the node that is gone").isFalse();
    }

    private static void isGone(ApiError error) {
        assertThat(error.code()).isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(error).hasMessage("the node is gone");
    }

    @Test
    void theSuccessorOpensNoSessionUnderAClaimOfTheNodeThatIsGone() throws InterruptedException {
        Heard heard = new Heard();
        link.open(
                new SessionStart(
                        CLAIM,
                        ParticipantInfo.getDefaultInstance(),
                        ClientInfo.getDefaultInstance(),
                        true,
                        JoinRequest.getDefaultInstance(),
                        CreateRoomRequest.getDefaultInstance(),
                        null),
                heard);
        assertThat(heard.next()).isInstanceOfSatisfying(ApiError.class, NodeRestartTest::isGone);
        assertThat(successor.sessions).isEmpty();
        assertThat(link.isConnected()).isFalse();
    }

    @Test
    void theSuccessorTakesNoCommandOnARoomOfTheNodeThatIsGone() {
        assertThatThrownBy(() ->
                        get(link.call(CLAIM, null, RoomMethod.CREATE_ROOM, CreateRoomRequest.getDefaultInstance(), "")))
                .isInstanceOfSatisfying(ApiError.class, NodeRestartTest::isGone);
        assertThatThrownBy(() -> get(link.participants(CLAIM.room())))
                .isInstanceOfSatisfying(ApiError.class, NodeRestartTest::isGone);
    }

    @Test
    void theSuccessorHasALinkOfItsOwn() {
        NodeRecord record =
                new NodeRecord(successor.id(), 2, "127.0.0.1:" + server.port(), "", 1, NodeLoad.NONE, false);
        NodeLinkContract.awaitAnswer(links.to(record));
        assertThat(links.to(record).isConnected()).isTrue();
    }
}
