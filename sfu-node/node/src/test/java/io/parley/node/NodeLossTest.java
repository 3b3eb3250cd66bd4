// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.NodeId;
import io.parley.api.id.RoomName;
import io.parley.api.room.RoomMethod;
import io.parley.cluster.Directory;
import io.parley.cluster.NodeLink;
import io.parley.cluster.NodeLinks;
import io.parley.cluster.NodeRecord;
import io.parley.cluster.NodeSelector;
import io.parley.cluster.Placement;
import io.parley.cluster.RememberingDirectory;
import io.parley.cluster.RoomReaper;
import io.parley.cluster.RoomRouter;
import io.parley.cluster.memory.InMemoryDirectory;
import io.parley.cluster.memory.InMemoryEventLog;
import io.parley.cluster.memory.InMemoryNodeLinks;
import io.parley.engine.event.RoomEvent;
import io.parley.engine.message.RoomView;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import livekit.LivekitAgentDispatch.AgentDispatch;
import livekit.LivekitAgentDispatch.CreateAgentDispatchRequest;
import livekit.LivekitModels.Room;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRoom.DeleteRoomRequest;
import livekit.LivekitRoom.UpdateRoomMetadataRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two nodes and a directory, and the loss of one of them. */
class NodeLossTest {
    private static final RoomName ROOM = new RoomName("demo");
    private static final Duration LEASE = Duration.ofMinutes(1);

    private final AtomicLong wallMs = new AtomicLong(1_000_000);
    private final InMemoryDirectory directory = new InMemoryDirectory(wallMs::get);
    private final InMemoryNodeLinks inMemory = new InMemoryNodeLinks();
    private volatile NodeId unreachable = new NodeId("ND_none");
    private final List<RoomReaper> reapers = new ArrayList<>();
    private final SfuNode first = node();
    private final SfuNode second = node();
    private final NodeLinks links = new NodeLinks() {
        @Override
        public NodeLink to(NodeRecord node) {
            return node.id().equals(unreachable) ? silent() : inMemory.to(node);
        }

        @Override
        public void retain(Set<NodeId> nodes) {}
    };
    private final RoomRouter router =
            new RoomRouter(directory, links, new Placement("", NodeSelector.DEFAULT, new Random(1)));

    private static NodeLink silent() {
        ApiError down = new ApiError(ErrorCode.UNAVAILABLE, "down", ApiError.Fault.US);
        return (NodeLink) Proxy.newProxyInstance(
                NodeLink.class.getClassLoader(),
                new Class<?>[] {NodeLink.class},
                (proxy, method, args) ->
                        method.getName().equals("isConnected") ? false : CompletableFuture.failedFuture(down));
    }

    private SfuNode node() {
        SfuNode node = new SfuNode(SfuNodeTest.settings(1, 0), directory, new InMemoryEventLog());
        node.start();
        inMemory.register(node.id(), node);
        return node;
    }

    @AfterEach
    void close() {
        reapers.forEach(RoomReaper::close);
        first.close();
        second.close();
    }

    private void announce(SfuNode node) {
        directory.announce(node.record(""), LEASE);
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private static RoomView view(SfuNode node) {
        RoomView view = node.room(ROOM);
        assertThat(view).isNotNull();
        return view;
    }

    @Test
    void itsRoomGoesOnWithEverythingThatWasSetOfIt() {
        announce(first);
        CreateRoomRequest creation = CreateRoomRequest.newBuilder()
                .setName(ROOM.value())
                .setMetadata("minutes")
                .setEmptyTimeout(77)
                .setDepartureTimeout(33)
                .setMaxParticipants(4)
                .build();
        Room made = get(get(router.place(ROOM)).call(RoomMethod.CREATE_ROOM, creation, ""));
        AgentDispatch dispatch = get(get(router.place(ROOM))
                .call(
                        RoomMethod.CREATE_DISPATCH,
                        CreateAgentDispatchRequest.newBuilder()
                                .setRoom(ROOM.value())
                                .setAgentName("nurse")
                                .build(),
                        ""));
        unreachable = first.id();
        wallMs.addAndGet(LEASE.plus(RoomReaper.SILENCE).toMillis());
        announce(second);
        // two room-services do it at once
        reapers.add(new RoomReaper(directory, router));
        reapers.add(new RoomReaper(
                directory, new RoomRouter(directory, links, new Placement("", NodeSelector.DEFAULT, new Random(2)))));
        await("the room is open elsewhere").until(() -> second.room(ROOM) != null);
        RoomView view = view(second);
        assertThat(view.room()).isEqualTo(made);
        assertThat(view.record().dispatches())
                .extracting(kept -> kept.info().getId())
                .contains(dispatch.getId());
        assertThat(get(directory.rooms(Set.of()))).containsExactly(made);
        await("the directory knows")
                .until(() -> get(directory.find(ROOM)).orElseThrow().isOpen());
        assertThat(second.events().count(RoomEvent.RoomTakenOver.class)).isEqualTo(1);
        assertThat(second.events().count(RoomEvent.RoomStarted.class)).isZero();
        get(get(router.find(ROOM))
                .orElseThrow()
                .call(RoomMethod.DELETE_ROOM, DeleteRoomRequest.getDefaultInstance(), ""));
        assertThat(second.events().count(RoomEvent.RoomFinished.class)).isEqualTo(1);
        assertThat(get(directory.rooms(Set.of()))).isEmpty();
    }

    /** It was "not found", and came back later. */
    @Test
    void itsRoomCanBeChangedAndDeletedThoughNobodyIsInItAnywhere() {
        announce(first);
        CreateRoomRequest creation =
                CreateRoomRequest.newBuilder().setName(ROOM.value()).build();
        Room made = get(get(router.place(ROOM)).call(RoomMethod.CREATE_ROOM, creation, ""));
        get(first.drain(Duration.ZERO));
        await("it is handed over").until(() -> first.room(ROOM) == null);
        get(directory.withdraw(first.id()));
        announce(second);
        UpdateRoomMetadataRequest update = UpdateRoomMetadataRequest.newBuilder()
                .setRoom(ROOM.value())
                .setMetadata("later")
                .build();
        Room changed = get(get(router.find(ROOM)).orElseThrow().call(RoomMethod.UPDATE_ROOM_METADATA, update, ""));
        assertThat(changed).isEqualTo(made.toBuilder().setMetadata("later").build());
        get(second.drain(Duration.ZERO));
        await("it is handed over").until(() -> second.room(ROOM) == null);
        get(second.undrain());
        announce(second);
        get(get(router.find(ROOM))
                .orElseThrow()
                .call(RoomMethod.DELETE_ROOM, DeleteRoomRequest.getDefaultInstance(), ""));
        assertThat(get(directory.find(ROOM))).isEmpty();
        assertThat(second.events().count(RoomEvent.RoomFinished.class)).isEqualTo(1);
    }

    /** Its place was remembered from before it ended, and whoever came opened it there a second time. */
    @Test
    void aRoomThatIsElsewhereByNowIsNotOpenedWhereItWasWhileTheDirectoryIsAway() {
        announce(first);
        CreateRoomRequest creation =
                CreateRoomRequest.newBuilder().setName(ROOM.value()).build();
        AtomicBoolean isAway = new AtomicBoolean();
        Directory failing = (Directory) Proxy.newProxyInstance(
                Directory.class.getClassLoader(),
                new Class<?>[] {Directory.class},
                (proxy, method, arguments) -> isAway.get()
                        ? CompletableFuture.failedFuture(new ApiError(ErrorCode.UNAVAILABLE, "away", ApiError.Fault.US))
                        : method.invoke(directory, arguments));
        RoomRouter remembering = new RoomRouter(
                new RememberingDirectory(failing), links, new Placement("", NodeSelector.DEFAULT, new Random(1)));
        get(get(remembering.place(ROOM)).call(RoomMethod.CREATE_ROOM, creation, ""));
        isAway.set(true);
        get(get(remembering.place(ROOM)).call(RoomMethod.CREATE_ROOM, creation, ""));
        get(get(router.find(ROOM))
                .orElseThrow()
                .call(RoomMethod.DELETE_ROOM, DeleteRoomRequest.getDefaultInstance(), ""));
        announce(second);
        get(directory.withdraw(first.id()));
        get(get(router.place(ROOM)).call(RoomMethod.CREATE_ROOM, creation, ""));
        assertThat(second.room(ROOM)).isNotNull();
        for (var led : List.of(remembering.place(ROOM), remembering.find(ROOM))) {
            assertThatThrownBy(() -> get(led)).hasMessageContaining("the room is not where it was");
        }
        assertThat(first.room(ROOM)).isNull();
    }

    /** It was cut off, and comes back. */
    @Test
    void itLetsGoOfARoomThatAnotherHas() {
        announce(first);
        get(get(router.place(ROOM))
                .call(
                        RoomMethod.CREATE_ROOM,
                        CreateRoomRequest.newBuilder().setName(ROOM.value()).build(),
                        ""));
        String sid = view(first).room().getSid();
        unreachable = first.id();
        wallMs.addAndGet(LEASE.plus(RoomReaper.SILENCE).toMillis());
        announce(second);
        get(router.rescue(get(directory.lost(RoomReaper.SILENCE)).getFirst()));
        announce(first);
        first.enterRooms(true);
        await("it has no room").until(() -> first.room(ROOM) == null);
        assertThat(view(second).room().getSid()).isEqualTo(sid);
        assertThat(first.events().count(RoomEvent.RoomFinished.class))
                .as("the room is not over")
                .isZero();
    }
}
