// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.RoomName;
import io.parley.api.room.RoomMethod;
import io.parley.cluster.NodeSelector;
import io.parley.cluster.Placement;
import io.parley.cluster.RoomRouter;
import io.parley.cluster.SessionStart;
import io.parley.cluster.memory.InMemoryDirectory;
import io.parley.cluster.memory.InMemoryEventLog;
import io.parley.cluster.memory.InMemoryNodeLinks;
import io.parley.engine.event.RoomEvent;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import livekit.LivekitModels.ClientInfo;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.Room;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRtc.JoinRequest;
import livekit.LivekitRtc.LeaveRequest;
import livekit.LivekitRtc.SignalResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A node that is taken out of service, and another. */
class DrainTest {
    private static final RoomName ROOM = new RoomName("demo");
    private static final Duration FAR = Duration.ofHours(1);

    private final InMemoryDirectory directory = new InMemoryDirectory(System::currentTimeMillis);
    private final InMemoryNodeLinks links = new InMemoryNodeLinks();
    private final RoomRouter router =
            new RoomRouter(directory, links, new Placement("", NodeSelector.DEFAULT, new Random(1)));
    private final SfuNode first = node();
    private final NodeAnnouncer ofFirst = new NodeAnnouncer(first, directory, "");
    private final SfuNode second = node();

    private SfuNode node() {
        SfuNode node = new SfuNode(SfuNodeTest.settings(1, 0), directory, new InMemoryEventLog());
        node.start();
        links.register(node.id(), node);
        return node;
    }

    @AfterEach
    void close() {
        ofFirst.close();
        first.close();
        second.close();
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private Room create(String name) {
        CreateRoomRequest creation = CreateRoomRequest.newBuilder()
                .setName(name)
                .setMetadata("minutes")
                .build();
        return get(get(router.place(new RoomName(name))).call(RoomMethod.CREATE_ROOM, creation, ""));
    }

    private static SessionStart start(RoomRouter.Route route) {
        return new SessionStart(
                route.claim(),
                ParticipantInfo.newBuilder().setIdentity("alice").build(),
                ClientInfo.newBuilder()
                        .setSdk(ClientInfo.SDK.JS)
                        .setProtocol(16)
                        .setVersion("2.15.0")
                        .build(),
                true,
                JoinRequest.getDefaultInstance(),
                CreateRoomRequest.getDefaultInstance(),
                route.inherited());
    }

    @Test
    void itsRoomsGoOnUntilTheDeadlineAndNewOnesGoElsewhere() {
        Room here = create("demo");
        get(first.drain(FAR));
        await("it is known").until(() -> get(directory.nodes()).getFirst().isDraining());
        assertThatThrownBy(() -> create("nowhere")).cause().isInstanceOfSatisfying(ApiError.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE);
        });
        assertThat(create("demo").getSid()).isEqualTo(here.getSid());
        directory.announce(second.record(""), FAR);
        create("elsewhere");
        assertThat(second.room(new RoomName("elsewhere"))).isNotNull();
        get(first.undrain());
        await("it is back").until(() -> get(directory.nodes()).stream().noneMatch(node -> node.isDraining()));
    }

    @Test
    void atTheDeadlineParticipantsAreToldToJoinWhereTheirRoomIsThen() throws InterruptedException {
        Room made = create("demo");
        RoomRouter.Route before = get(router.place(ROOM));
        FrontDoor alice = new FrontDoor();
        before.link().open(start(before), alice);
        alice.next(SignalResponse.MessageCase.JOIN);
        directory.announce(second.record(""), FAR);
        get(first.drain(Duration.ZERO));
        LeaveRequest leave = alice.next(SignalResponse.MessageCase.LEAVE).getLeave();
        assertThat(leave.getAction()).isEqualTo(LeaveRequest.Action.RECONNECT);
        assertThat(leave.getReason()).isEqualTo(DisconnectReason.MIGRATION);
        await("it has no room").until(() -> first.room(ROOM) == null);
        assertThatThrownBy(() -> before.link().open(start(before), new FrontDoor()))
                .as("whoever was led there just before")
                .isInstanceOfSatisfying(
                        ApiError.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));

        RoomRouter.Route after = get(router.place(ROOM));
        assertThat(after.claim().node()).isEqualTo(second.id());
        FrontDoor again = new FrontDoor();
        after.link().open(start(after), again);
        Room joined = again.next(SignalResponse.MessageCase.JOIN).getJoin().getRoom();
        assertThat(joined.getSid()).isEqualTo(made.getSid());
        assertThat(joined.getMetadata()).isEqualTo("minutes");
        assertThat(first.events().count(RoomEvent.ParticipantLeft.class)).isEqualTo(1);
        assertThat(first.events().count(RoomEvent.RoomFinished.class)).isZero();
        assertThat(second.events().count(RoomEvent.RoomTakenOver.class)).isEqualTo(1);
    }

    /** SIGTERM. */
    @Test
    void aProcessThatEndsHandsItsRoomsOverFirst() {
        create("demo");
        directory.announce(second.record(""), FAR);
        new LastDrain(first, Duration.ofMillis(100)).stop();
        assertThat(first.roomCount()).isZero();
        assertThat(get(directory.find(ROOM)).orElseThrow().exists()).isTrue();
    }

    @Test
    void aProcessWithoutRoomsDoesNotWaitForItsDeadline() {
        long atNs = System.nanoTime();
        new LastDrain(first, FAR).stop();
        assertThat(Duration.ofNanos(System.nanoTime() - atNs)).isLessThan(Duration.ofSeconds(10));
    }
}
