// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.grpc;

import static io.parley.cluster.Stages.get;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.NodeId;
import io.parley.api.id.RoomName;
import io.parley.cluster.FrameQueue;
import io.parley.cluster.LogLines;
import io.parley.cluster.NodeLink;
import io.parley.cluster.NodeLinkContract;
import io.parley.cluster.NodeLoad;
import io.parley.cluster.NodeRecord;
import io.parley.cluster.ScriptedNode;
import io.parley.cluster.ScriptedNode.Session;
import io.parley.cluster.SignalLink;
import io.parley.cluster.v1.NodeLinkGrpc;
import io.parley.cluster.v1.PingRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitRtc.RoomMovedResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GrpcNodeLinkTest extends NodeLinkContract {
    private static final ClusterSecret SECRET = new ClusterSecret("the secret of this cluster, long enough");
    private static final byte[] FRAME = new byte[64 << 10];

    private NodeLinkServer server;
    private final GrpcNodeLinks links = new GrpcNodeLinks(SECRET, LinkCredentials.PLAIN);
    private NodeRecord record;

    @BeforeEach
    void serve() {
        server = new NodeLinkServer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), SECRET, LinkCredentials.PLAIN, node);
        record = record("ND_a");
    }

    private NodeRecord record(String id) {
        return new NodeRecord(new NodeId(id), 1, "127.0.0.1:" + server.port(), "", 1, NodeLoad.NONE, false);
    }

    @AfterEach
    void stop() {
        links.close();
        server.close();
    }

    @Override
    protected NodeLink link() {
        return links.to(record);
    }

    @Test
    void aNodeThatDiesBreaksItsStreamsOffAtOnceAndIsKnownToBeGone() throws InterruptedException {
        Heard heard = new Heard();
        link().open(start(ROOM), heard);
        opened();
        assertThat(link().isConnected()).isTrue();
        server.close();
        assertThat(heard.next()).isEqualTo("lost");
        await("the loss shows").until(() -> !link().isConnected());
        assertThatThrownBy(() -> get(link().ping()))
                .isInstanceOfSatisfying(
                        ApiError.class,
                        e -> assertThat(e.code()).isIn(ErrorCode.UNAVAILABLE, ErrorCode.DEADLINE_EXCEEDED));
    }

    @Test
    void aFrontDoorThatDiesClosesItsStreams() throws Exception {
        link().open(start(ROOM), new Heard());
        Session session = opened();
        links.close();
        session.closed.get(10, TimeUnit.SECONDS);
    }

    @Test
    void bothEndsOfAStreamOfJobsHearThatTheOtherIsGone() throws Exception {
        Jobs jobs = new Jobs();
        link().openAgents("door", jobs);
        ScriptedNode.WorkerStream workers = workers();
        server.close();
        assertThat(jobs.next()).isEqualTo("lost");
        workers.closed.get(10, TimeUnit.SECONDS);
    }

    @Test
    void aNodeThatComesBackIsFoundAgain() {
        awaitAnswer(link());
        int port = server.port();
        server.close();
        await("the loss shows").until(() -> !link().isConnected());
        assertThatThrownBy(() -> get(link().ping())).isInstanceOf(ApiError.class);
        server = new NodeLinkServer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port), SECRET, LinkCredentials.PLAIN, node);
        awaitAnswer(link());
        assertThat(link().isConnected()).isTrue();
    }

    @Test
    void aCommandThatIsNotAnsweredFailsInTime() {
        assertThatThrownBy(() -> get(link().participants(ScriptedNode.SILENT)))
                .isInstanceOfSatisfying(
                        ApiError.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED));
    }

    /** A mistyped secret left nothing in either log: nodes that announce themselves, and 503 for every join. */
    @Test
    void aServiceWithAnotherSecretIsNotLetInAndBothSidesSayOnceWhatToSet() {
        String guess = "a guess that is not the secret at all";
        try (GrpcNodeLinks strangers = new GrpcNodeLinks(new ClusterSecret(guess), LinkCredentials.PLAIN);
                LogLines atService = new LogLines(GrpcNodeLink.class);
                LogLines atNode = new LogLines(Envelope.class)) {
            assertThatThrownBy(() -> get(strangers.to(record).ping())).isInstanceOf(ApiError.class);
            Heard heard = new Heard();
            strangers.to(record).open(start(ROOM), heard);
            await("the stream is refused").until(() -> "lost".equals(heard.events.peek()));
            for (LogLines log : List.of(atService, atNode)) {
                assertThat(log.lines())
                        .singleElement()
                        .satisfies(line -> assertThat(line)
                                .startsWith("WARN")
                                .contains("set parley.cluster.secret alike for all", "127.0.0.1")
                                .doesNotContain(guess, SECRET.header()));
            }
        }
        assertThat(node.sessions).isEmpty();
    }

    /** Services are updated one by one: the release after this one calls it, and is called by it. */
    @Test
    void theNextVersionOfTheLinkIsSpokenTo() throws InterruptedException {
        assertThat(ping(Envelope.VERSION + 1)).isEqualTo(Status.Code.OK);
    }

    @Test
    void othersAreRefused() throws InterruptedException {
        for (int version : List.of(4, Envelope.VERSION + 2)) {
            assertThat(ping(version)).isEqualTo(Status.Code.FAILED_PRECONDITION);
        }
    }

    /** By a service that speaks another version of the link. */
    private Status.Code ping(int version) throws InterruptedException {
        ManagedChannel channel = Grpc.newChannelBuilder(record.address(), InsecureChannelCredentials.create())
                .build();
        try {
            Metadata headers = new Metadata();
            headers.put(Envelope.SECRET_KEY, SECRET.header());
            headers.put(Envelope.VERSION_KEY, String.valueOf(version));
            headers.put(Envelope.NODE_KEY, record.id().value());
            NodeLinkGrpc.NodeLinkBlockingStub stub = NodeLinkGrpc.newBlockingStub(channel)
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
            stub.ping(PingRequest.getDefaultInstance());
            return Status.Code.OK;
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode();
        } finally {
            channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void aBugOfTheNodeIsLoggedThereWithItsCause() {
        try (LogLines log = new LogLines(Statuses.class)) {
            StatusRuntimeException first = Statuses.of(new CompletionException(new IllegalStateException("the bug")));
            assertThat(first.getStatus().getDescription()).isEqualTo("the node failed");
            assertThat(log.lines())
                    .singleElement()
                    .satisfies(line -> assertThat(line).startsWith("ERROR").endsWith("the bug"));
            Statuses.of(new IllegalStateException("the same again"));
            Statuses.of(ApiError.ofCaller(ErrorCode.NOT_FOUND, "no bug"));
            assertThat(log.lines()).as("one line for a while").hasSize(1);
        }
    }

    /**
     * Anyone who fills a room with large metadata: the join response with everybody in it was broken off by the receiving
     * end, as if the node were gone.
     */
    @Test
    void aJoinIntoARoomTooLargeForTheLinkIsRefusedWithTheReason() throws InterruptedException {
        Heard heard = new Heard();
        link().open(start(ROOM), heard);
        Session session = opened();
        session.listener.onResponse(new byte[NodeLinkServer.MAX_MESSAGE_BYTES]);
        assertThat(heard.next()).isInstanceOfSatisfying(ApiError.class, error -> {
            assertThat(error.code()).isEqualTo(ErrorCode.RESOURCE_EXHAUSTED);
            assertThat(error).hasMessageContaining("16 MiB");
        });
        await("the node lets go of the session").until(session.closed::isDone);
    }

    @Test
    void theLargestFramePasses() throws InterruptedException {
        CompletableFuture<byte[]> received = new CompletableFuture<>();
        link().open(start(ROOM), new Heard() {
            @Override
            public void onResponse(byte[] frame) {
                received.complete(frame);
            }
        });
        opened().listener.onResponse(new byte[NodeLinkServer.MAX_MESSAGE_BYTES - 16]);
        assertThat(get(received)).hasSize(NodeLinkServer.MAX_MESSAGE_BYTES - 16);
    }

    @Test
    void aListThatIsTooLargeForTheLinkIsRefusedWithTheReason() {
        assertThatThrownBy(() -> get(link().participants(ScriptedNode.HUGE)))
                .isInstanceOfSatisfying(ApiError.class, error -> {
                    assertThat(error.code()).isEqualTo(ErrorCode.RESOURCE_EXHAUSTED);
                    assertThat(error).hasMessageContaining("16 MiB");
                });
    }

    /** The front door stops reading one stream: that stream ends, and the node never waits. */
    @Test
    void aSlowFrontDoorLosesItsStreamAndNobodyElseNotices() throws InterruptedException {
        CountDownLatch reading = new CountDownLatch(1);
        Heard slow = new Heard();
        link().open(start(ROOM), new SignalLink.Listener() {
            @Override
            public void onResponse(byte[] frame) {
                try {
                    reading.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }

            @Override
            public void onClaims(RoomName room, ParticipantInfo participant) {
                slow.onClaims(room, participant);
            }

            @Override
            public void onRoomMoved(RoomMovedResponse moved) {
                slow.onRoomMoved(moved);
            }

            @Override
            public void onRefused(ApiError error) {
                slow.onRefused(error);
            }

            @Override
            public void onClosed() {
                slow.onClosed();
            }

            @Override
            public void onLost() {
                slow.onLost();
            }
        });
        Session session = opened();
        for (int sent = 0; !session.closed.isDone(); sent += FRAME.length) {
            assertThat(sent).as("bytes taken for a reader that does not read").isLessThan(4 * FrameQueue.MAX_BYTES);
            session.listener.onResponse(FRAME);
        }
        awaitAnswer(link());
        Heard other = new Heard();
        link().open(start(ROOM), other);
        opened().listener.onResponse("hello".getBytes(UTF_8));
        assertThat(other.next()).isEqualTo("hello");
        reading.countDown();
        assertThat(slow.next()).isEqualTo("lost");
    }

    /** Placement calls this on the thread that Redis answers on: each join of a new room after a crash held it up. */
    @Test
    void givingALinkUpDoesNotWaitForItsEnd() {
        AtomicBoolean isShutDown = new AtomicBoolean();
        GrpcNodeLinks others = new GrpcNodeLinks(node -> new EndlessChannel(isShutDown));
        others.to(record);
        others.retain(Set.of());
        assertThat(isShutDown).isTrue();
    }

    private static final class EndlessChannel extends ManagedChannel {
        private final AtomicBoolean isShutDown;

        EndlessChannel(AtomicBoolean isShutDown) {
            this.isShutDown = isShutDown;
        }

        @Override
        public ConnectivityState getState(boolean requestConnection) {
            return ConnectivityState.IDLE;
        }

        @Override
        public ManagedChannel shutdown() {
            throw new AssertionError("what runs would hold the link up");
        }

        @Override
        public ManagedChannel shutdownNow() {
            isShutDown.set(true);
            return this;
        }

        @Override
        public boolean isShutdown() {
            return isShutDown.get();
        }

        @Override
        public boolean isTerminated() {
            return false;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            throw new AssertionError("waited");
        }

        @Override
        public <Q, P> ClientCall<Q, P> newCall(MethodDescriptor<Q, P> method, CallOptions options) {
            throw new AssertionError("nobody calls");
        }

        @Override
        public String authority() {
            return "nowhere";
        }
    }

    @Test
    void linksToForgottenNodesAreGivenUpOnceTheyAreDown() {
        NodeLink before = link();
        awaitAnswer(before);
        links.retain(Set.of());
        assertThat(link()).as("still in use").isSameAs(before);
        server.close();
        await("the loss shows").until(() -> !before.isConnected());
        links.retain(Set.of());
        assertThat(link()).isNotSameAs(before);
    }
}
