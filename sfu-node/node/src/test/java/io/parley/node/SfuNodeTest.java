// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.Uninterruptibles;
import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.event.Event;
import io.parley.api.id.NodeId;
import io.parley.api.id.RoomName;
import io.parley.api.room.IdentityPolicy;
import io.parley.api.room.Playout;
import io.parley.api.room.RoomMethod;
import io.parley.cluster.EventLog;
import io.parley.cluster.RoomClaim;
import io.parley.cluster.SessionStart;
import io.parley.cluster.memory.InMemoryDirectory;
import io.parley.cluster.memory.InMemoryEventLog;
import io.parley.engine.seat.SeatLimits;
import io.parley.engine.shard.RoomDefaults;
import io.parley.net.MediaLoop;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import livekit.LivekitModels.ClientInfo;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.ParticipantPermission;
import livekit.LivekitModels.TrackSource;
import livekit.LivekitModels.TrackType;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRtc.AddTrackRequest;
import livekit.LivekitRtc.JoinRequest;
import livekit.LivekitRtc.SessionDescription;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real sockets on loopback. */
class SfuNodeTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final RoomClaim FOREIGN = new RoomClaim(new RoomName("demo"), new NodeId("ND_gone"), 42);

    private static final String OFFER = """
            v=0
            o=- 1 1 IN IP4 127.0.0.1
            s=-
            t=0 0
            a=group:BUNDLE 0
            m=audio 9 UDP/TLS/RTP/SAVPF 111
            c=IN IP4 0.0.0.0
            a=mid:0
            a=sendonly
            a=msid:- mic
            a=rtcp-mux
            a=ice-ufrag:abcd
            a=ice-pwd:abcdefghijklmnopqrstuvwx
            a=setup:actpass
            a=fingerprint:sha-256 %s
            a=rtpmap:111 opus/48000/2
            """.formatted(String.join(":", Collections.nCopies(32, "AB")));

    private final NodeSettings settings = settings(2, 0);
    private SfuNode node =
            new SfuNode(settings, new InMemoryDirectory(System::currentTimeMillis), new InMemoryEventLog());

    static NodeSettings settings(int shards, int udpPort) {
        return settings(shards, udpPort, NodeLimits.NONE);
    }

    private static NodeSettings settings(int shards, int udpPort, NodeLimits limits) {
        return new NodeSettings(
                shards,
                udpPort,
                List.of(LOOPBACK),
                List.of(),
                0,
                RoomDefaults.of(
                        Duration.ofSeconds(300),
                        Duration.ofSeconds(20),
                        0,
                        List.of(),
                        Playout.NONE,
                        IdentityPolicy.REPLACE),
                limits,
                false,
                "");
    }

    @AfterEach
    void close() {
        node.close();
    }

    /**
     * A node that was started again under the address of one that crashed got that one's joins, opened their rooms under
     * its claim, and lost them at once to the directory's refusal: join, leave, join, for ten minutes.
     */
    @Test
    void refusesSessionsAndRoomsUnderTheClaimOfAnotherNode() {
        node.start();
        assertThatThrownBy(() -> node.open(start(FOREIGN), new FrontDoor()))
                .isInstanceOfSatisfying(
                        ApiError.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
        assertThatThrownBy(() ->
                        node.call(FOREIGN, null, RoomMethod.CREATE_ROOM, CreateRoomRequest.getDefaultInstance(), ""))
                .isInstanceOfSatisfying(
                        ApiError.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
        assertThat(node.dump()).isEmpty();
    }

    /** Anyone with a token, or everyone at nine o'clock: media of those who are there goes before joins. */
    @Test
    void aShardThatIsBehindTakesNoJoins() throws Exception {
        node.start();
        CountDownLatch isBusy = new CountDownLatch(settings.shards());
        CountDownLatch goOn = new CountDownLatch(1);
        for (ShardLoop shard : node.shards()) {
            shard.tryExecute((nowNs, target) -> {
                isBusy.countDown();
                Uninterruptibles.awaitUninterruptibly(goOn);
            });
        }
        isBusy.await();
        FrontDoor door = new FrontDoor();
        node.open(start(new RoomClaim(new RoomName("demo"), node.id(), 42)), door);
        long behindAtNs = MediaLoop.nowNs() + SfuNode.MAX_LAG_NS;
        Awaitility.await().until(() -> MediaLoop.nowNs() > behindAtNs);
        goOn.countDown();
        assertThat(door.next(ApiError.class).code()).isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(node.dump()).isEmpty();
    }

    private static SessionStart start(RoomClaim claim) {
        return new SessionStart(
                claim,
                ParticipantInfo.newBuilder().setIdentity("alice").build(),
                ClientInfo.getDefaultInstance(),
                true,
                JoinRequest.getDefaultInstance(),
                CreateRoomRequest.getDefaultInstance(),
                null);
    }

    /** As they are on SIGTERM, where no other node could go on with them. */
    @Test
    void whatHappensAtTheEndOfItsRoomsIsInTheEventLogWhenTheNodeIsClosed() {
        List<String> told = new CopyOnWriteArrayList<>();
        EventLog log = new EventLog() {
            @Override
            public CompletionStage<Void> append(Event event) {
                told.add(event.sequence() + " " + event.type() + " " + event.roomEndReason());
                return CompletableFuture.completedFuture(null);
            }

            @Override
            public AutoCloseable read(String group, Reader reader) {
                throw new UnsupportedOperationException();
            }
        };
        try (SfuNode ending = new SfuNode(settings, new InMemoryDirectory(System::currentTimeMillis), log)) {
            ending.start();
            RoomClaim claim = new RoomClaim(new RoomName("demo"), ending.id(), 42);
            ending.call(claim, null, RoomMethod.CREATE_ROOM, CreateRoomRequest.getDefaultInstance(), "")
                    .toCompletableFuture()
                    .join();
            ending.endRooms();
        }
        assertThat(told).containsExactly("1 room_started ", "2 room_finished ROOM_END_SERVER_SHUTDOWN");
    }

    /** Whoever resumes is in a call that goes on. */
    @Test
    void aNodeWithItsTracksTakesNoMoreJoinsAndSaysSo() {
        node = new SfuNode(
                settings(1, 0, new NodeLimits(0, 1, 0, SeatLimits.DEFAULTS)),
                new InMemoryDirectory(System::currentTimeMillis),
                new InMemoryEventLog());
        node.start();
        JoinRequest publishing = JoinRequest.newBuilder()
                .addAddTrackRequests(AddTrackRequest.newBuilder()
                        .setCid("mic")
                        .setType(TrackType.AUDIO)
                        .setSource(TrackSource.MICROPHONE))
                .setPublisherOffer(
                        SessionDescription.newBuilder().setType("offer").setSdp(OFFER))
                .build();
        node.open(start("alice", publishing), new FrontDoor());
        Awaitility.await("the track").until(() -> node.tracks().count() == 1);
        assertThatThrownBy(() -> node.open(start("bob", JoinRequest.getDefaultInstance()), new FrontDoor()))
                .isInstanceOfSatisfying(
                        ApiError.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE))
                .hasMessageContaining("1 (parley.limit.num-tracks)");
        assertThat(node.record("").load().isFull()).as("and gets no new rooms").isTrue();
        node.open(start("alice", JoinRequest.newBuilder().setReconnect(true).build()), new FrontDoor());
    }

    private SessionStart start(String identity, JoinRequest request) {
        return new SessionStart(
                new RoomClaim(new RoomName("demo"), node.id(), 1),
                ParticipantInfo.newBuilder()
                        .setIdentity(identity)
                        .setPermission(ParticipantPermission.newBuilder().setCanPublish(true))
                        .build(),
                ClientInfo.getDefaultInstance(),
                true,
                request,
                CreateRoomRequest.getDefaultInstance(),
                null);
    }

    /** The loop of the shard that was there already is no daemon: the process stayed, without a use, and had to be killed. */
    @Test
    void aStartThatFailsLeavesNoLoopAndNoSocketAndNamesThePortAndItsSetting() throws Exception {
        int first = freePairOfPorts();
        try (DatagramSocket taken = new DatagramSocket(first + 1, LOOPBACK)) {
            node.close();
            node = new SfuNode(
                    settings(2, first), new InMemoryDirectory(System::currentTimeMillis), new InMemoryEventLog());
            List<Thread> before = loops();
            assertThatThrownBy(node::start)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll(":" + taken.getLocalPort(), "parley.rtc.udp-port");
            List<Thread> left = loops();
            left.removeAll(before);
            for (Thread loop : left) { // its end is known a moment before it is there
                assertThat(loop.join(Duration.ofSeconds(10)))
                        .as("%s keeps the process alive", loop)
                        .isTrue();
            }
            new DatagramSocket(first, LOOPBACK).close();
        }
    }

    private static List<Thread> loops() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("shard-"))
                .collect(Collectors.toCollection(ArrayList::new));
    }

    private static int freePairOfPorts() throws Exception {
        while (true) {
            try (DatagramSocket first = new DatagramSocket(0, LOOPBACK);
                    DatagramSocket second = new DatagramSocket(first.getLocalPort() + 1, LOOPBACK)) {
                return second.getLocalPort() - 1;
            } catch (java.net.BindException e) {
                // the next one is somebody's: try another
            }
        }
    }
}
