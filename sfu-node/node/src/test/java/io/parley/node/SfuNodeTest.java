// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.Uninterruptibles;
import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.NodeId;
import io.parley.api.id.RoomName;
import io.parley.api.room.IdentityPolicy;
import io.parley.api.room.RoomMethod;
import io.parley.cluster.RoomClaim;
import io.parley.cluster.SessionStart;
import io.parley.cluster.SignalLink;
import io.parley.cluster.memory.InMemoryDirectory;
import io.parley.engine.shard.RoomDefaults;
import io.parley.net.MediaLoop;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import livekit.LivekitModels.ClientInfo;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRtc.JoinRequest;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real sockets on loopback. */
class SfuNodeTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final RoomClaim FOREIGN = new RoomClaim(new RoomName("demo"), new NodeId("ND_gone"), 42);

    private final NodeSettings settings = settings(2, 0);
    private SfuNode node = new SfuNode(settings, new InMemoryDirectory(System::currentTimeMillis));

    static NodeSettings settings(int shards, int udpPort) {
        return new NodeSettings(
                shards,
                udpPort,
                List.of(LOOPBACK),
                List.of(),
                0,
                RoomDefaults.of(Duration.ofSeconds(300), Duration.ofSeconds(20), 0, List.of(), IdentityPolicy.REPLACE),
                NodeLimits.NONE,
                false,
                "");
    }

    @AfterEach
    void close() {
        node.close();
    }

    private static class Silent implements SignalLink.Listener {
        @Override
        public void onResponse(byte[] frame) {}

        @Override
        public void onClaims(ParticipantInfo participant) {}

        @Override
        public void onRefused(ApiError error) {}

        @Override
        public void onClosed() {}

        @Override
        public void onLost() {}
    }

    /**
     * A node that was started again under the address of one that crashed got that one's joins, opened their rooms under
     * its claim, and lost them at once to the directory's refusal: join, leave, join, for ten minutes.
     */
    @Test
    void refusesSessionsAndRoomsUnderTheClaimOfAnotherNode() {
        node.start();
        assertThatThrownBy(() -> node.open(start(FOREIGN), new Silent()))
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
        BlockingQueue<ApiError> refusals = new LinkedBlockingQueue<>();
        node.open(start(new RoomClaim(new RoomName("demo"), node.id(), 42)), new Silent() {
            @Override
            public void onRefused(ApiError error) {
                refusals.add(error);
            }
        });
        long behindAtNs = MediaLoop.nowNs() + SfuNode.MAX_LAG_NS;
        Awaitility.await().until(() -> MediaLoop.nowNs() > behindAtNs);
        goOn.countDown();
        assertThat(refusals.poll(10, TimeUnit.SECONDS))
                .extracting(ApiError::code)
                .isEqualTo(ErrorCode.UNAVAILABLE);
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

    /** The loop of the shard that was there already is no daemon: the process stayed, without a use, and had to be killed. */
    @Test
    void aStartThatFailsLeavesNoLoopAndNoSocketAndNamesThePortAndItsSetting() throws Exception {
        int first = freePairOfPorts();
        try (DatagramSocket taken = new DatagramSocket(first + 1, LOOPBACK)) {
            node.close();
            node = new SfuNode(settings(2, first), new InMemoryDirectory(System::currentTimeMillis));
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
