// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import static io.parley.cluster.Stages.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Message;
import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.NodeId;
import io.parley.api.id.RoomName;
import io.parley.api.room.Playout;
import io.parley.api.room.RoomMethod;
import io.parley.api.room.RoomRecord;
import io.parley.cluster.memory.InMemoryDirectory;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.Room;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RoomRouterTest {
    private static final RoomName ROOM = new RoomName("room");
    private static final NodeId A = new NodeId("ND_a");
    private static final NodeId B = new NodeId("ND_b");
    private static final RoomRecord RECORD =
            new RoomRecord(Room.newBuilder().setMetadata("the record").build(), List.of(), true, Playout.NONE);
    private static final Duration LEASE = Duration.ofSeconds(2);

    /** A node that answers or not. */
    private static final class FakeLink implements NodeLink {
        private final NodeId id;
        volatile boolean isUp = true;

        /** The connection stands, though nothing comes over it: a process that was stopped, a host that is cut off. */
        volatile boolean isHeldOpen;

        Runnable onPing = () -> {};

        /** By what is asked: room, identity, sid. */
        final Map<List<String>, MovedParticipant> moved = new HashMap<>();

        final List<String> calls = new ArrayList<>();

        FakeLink(NodeId id) {
            this.id = id;
        }

        @Override
        public NodeId id() {
            return id;
        }

        @Override
        public boolean isConnected() {
            return isUp || isHeldOpen;
        }

        @Override
        public CompletionStage<Void> ping() {
            onPing.run();
            return isUp
                    ? CompletableFuture.completedFuture(null)
                    : CompletableFuture.failedFuture(new ApiError(ErrorCode.UNAVAILABLE, "down", ApiError.Fault.US));
        }

        @Override
        public CompletionStage<Void> drain(Duration deadline) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Void> undrain() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Requests open(SessionStart start, Listener listener) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Answers openAgents(String roomService, Workers workers) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <Q extends Message, R extends Message> CompletionStage<R> call(
                RoomClaim claim, @Nullable RoomRecord inherited, RoomMethod<Q, R> method, Q request, String requestId) {
            calls.add(method + " of " + claim.room() + " with "
                    + (inherited == null ? "nothing" : inherited.room().getMetadata()));
            return CompletableFuture.completedFuture(method.response());
        }

        final Set<RoomClaim> hosted = new HashSet<>();

        @Override
        public CompletionStage<Boolean> hosts(RoomClaim claim) {
            return CompletableFuture.completedFuture(hosted.contains(claim));
        }

        @Override
        public CompletionStage<ParticipantInfo> participant(RoomName room, String identity) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Optional<MovedParticipant>> findMoved(RoomName room, String identity, String sid) {
            return CompletableFuture.completedFuture(
                    Optional.ofNullable(moved.get(List.of(room.value(), identity, sid))));
        }

        @Override
        public CompletionStage<List<ParticipantInfo>> participants(RoomName room) {
            throw new UnsupportedOperationException();
        }
    }

    private final AtomicLong wallMs = new AtomicLong(1_000_000);
    private final Directory directory = new InMemoryDirectory(wallMs::get);
    private final Map<NodeId, FakeLink> nodes = new HashMap<>();
    private final NodeLinks links = new NodeLinks() {
        @Override
        public NodeLink to(NodeRecord node) {
            return nodes.get(node.id());
        }

        @Override
        public void retain(Set<NodeId> kept) {
            assertThat(kept).isSubsetOf(new HashSet<>(nodes.keySet()));
        }
    };
    private final RoomRouter router = new RoomRouter(
            directory, links, new Placement("", NodeSelector.DEFAULT, RandomGenerator.of("L64X128MixRandom")));

    private FakeLink node(NodeId id) {
        announce(id);
        return nodes.computeIfAbsent(id, FakeLink::new);
    }

    private void announce(NodeId id) {
        get(directory.announce(new NodeRecord(id, 1, "", "", 1, NodeLoad.NONE, false), LEASE));
    }

    private RoomClaim open(NodeId id) {
        return open(ROOM, id);
    }

    private RoomClaim open(RoomName room, NodeId id) {
        RoomClaim claim = get(directory.claim(room, id)).claim();
        get(directory.put(claim, RECORD));
        return claim;
    }

    /** It ended there, and the next one of its name is elsewhere: whoever came would have opened a second one. */
    @Test
    void aRememberedPlaceLeadsOnlyIntoARoomThatIsThere() {
        FakeLink node = node(A);
        RoomClaim claim = open(A);
        RoomPlace place = get(directory.find(ROOM)).orElseThrow();
        Directory away = (Directory) Proxy.newProxyInstance(
                Directory.class.getClassLoader(),
                new Class<?>[] {Directory.class},
                (proxy, method, arguments) -> CompletableFuture.completedFuture(Optional.of(place.asRemembered())));
        RoomRouter alone = new RoomRouter(away, links, new Placement("", NodeSelector.DEFAULT, new Random(1)));
        for (var led : List.of(alone.place(ROOM), alone.find(ROOM))) {
            assertThatThrownBy(() -> get(led))
                    .isInstanceOfSatisfying(
                            ApiError.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE))
                    .hasMessage("the directory can't be reached, and the room is not where it was");
        }
        node.hosted.add(claim);
        assertThat(get(alone.place(ROOM)).claim()).isEqualTo(claim);
        assertThat(get(alone.find(ROOM)).orElseThrow().claim()).isEqualTo(claim);
    }

    @Test
    void aNewRoomIsPlacedOnceAndFoundThereByAll() {
        node(A);
        node(B);
        RoomRouter.Route route = get(router.place(ROOM));
        assertThat(get(router.place(ROOM)).claim()).isEqualTo(route.claim());
        assertThat(get(router.find(ROOM)).orElseThrow().claim()).isEqualTo(route.claim());
        assertThat(route.link()).isSameAs(nodes.get(route.claim().node()));
    }

    private Optional<MovedParticipant> follow(String sid) {
        return get(router.follow(ROOM, "alice", sid));
    }

    /** From node to node, as often as it was moved; the room that it was moved from first is gone. */
    @Test
    void whoWasMovedIsFollowedToWhereItIs() {
        RoomName hall = new RoomName("hall");
        MovedParticipant inTheHall = new MovedParticipant(hall, "PA_hall");
        MovedParticipant inTheAttic = new MovedParticipant(new RoomName("attic"), "");
        node(A).moved.put(List.of("room", "alice", "PA_1"), inTheHall);
        RoomClaim room = open(A);
        open(hall, A);
        assertThat(follow("PA_1")).hasValue(inTheHall);
        get(directory.release(room));
        assertThat(follow("PA_1")).hasValue(inTheHall);
        assertThat(follow("PA_2")).as("another one").isEmpty();
        assertThat(follow("")).isEmpty();

        node(A).moved.put(List.of("hall", "alice", "PA_hall"), inTheAttic);
        node(B);
        open(inTheAttic.room(), B);
        assertThat(follow("PA_1")).hasValue(inTheAttic);
    }

    @Test
    void whoWasMovedToARoomThatIsGoneIsNotFollowed() {
        RoomName hall = new RoomName("hall");
        node(A).moved.put(List.of("room", "alice", "PA_1"), new MovedParticipant(hall, "PA_hall"));
        open(A);
        assertThat(follow("PA_1")).as("never there").isEmpty();
        RoomClaim claim = open(hall, A);
        assertThat(follow("PA_1")).isPresent();
        get(directory.release(claim));
        assertThat(follow("PA_1")).isEmpty();
    }

    @Test
    void whereTheNodeDoesNotAnswerNobodyIsFollowed() {
        node(A).moved.put(List.of("room", "alice", "PA_1"), new MovedParticipant(new RoomName("hall"), ""));
        open(A);
        open(new RoomName("hall"), A);
        node(A).isUp = false;
        assertThat(follow("PA_1")).isEmpty();
        node(A).isUp = true;
        assertThat(follow("PA_1")).isPresent();
        node(A).moved.put(List.of("hall", "alice", "x"), new MovedParticipant(ROOM, "PA_1"));
        node(A).moved.put(List.of("room", "alice", "PA_1"), new MovedParticipant(new RoomName("hall"), "x"));
        assertThat(follow("PA_1")).as("there and back again without an end").isPresent();
    }

    @Test
    void withoutNodesThereIsNoRoom() {
        assertThatThrownBy(() -> get(router.place(ROOM)))
                .isInstanceOfSatisfying(
                        ApiError.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
        assertThat(get(router.find(ROOM))).isEmpty();
    }

    /** It said that no node was ready, after a week, and nobody knew why (livekit#2703). */
    @Test
    void whereNoNodeIsReadyItIsSaidWhyOfEach() {
        assertThatThrownBy(() -> get(router.place(ROOM))).hasMessage("no node is ready: none has announced itself");
        node(A).isUp = false;
        get(directory.announce(new NodeRecord(B, 1, "", "", 1, NodeLoad.NONE, true), LEASE));
        nodes.put(B, new FakeLink(B));
        assertThatThrownBy(() -> get(router.place(ROOM)))
                .hasMessageStartingWith("no node is ready: ")
                .hasMessageContaining("ND_a does not answer")
                .hasMessageContaining("ND_b drains");
    }

    @Test
    void aNewRoomGoesToANodeThatAnswers() {
        node(A).isUp = false;
        node(B);
        for (int i = 0; i < 20; i++) {
            RoomRouter.Route route = get(router.place(new RoomName("room-" + i)));
            assertThat(route.claim().node()).isEqualTo(B);
        }
    }

    /** It may be serving clients that we can't see. */
    @Test
    void aRoomStaysWithANodeThatDoesNotAnswerWhileItsLeaseRuns() {
        node(B);
        node(A).isUp = false;
        RoomClaim claim = open(A);
        assertThatThrownBy(() -> get(router.find(ROOM))).isInstanceOfSatisfying(ApiError.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE);
            assertThat(e.fault()).isEqualTo(ApiError.Fault.DESTINATION);
        });
        CompletableFuture<RoomRouter.Route> waiting = router.place(ROOM).toCompletableFuture();
        assertThat(get(directory.find(ROOM)).orElseThrow().claim()).isEqualTo(claim);
        assertThat(waiting).isNotDone();
        wallMs.addAndGet(LEASE.toMillis());
        announce(B);
        assertThat(get(waiting).claim().node()).isEqualTo(B);
        assertThat(get(waiting).claim().epoch()).isGreaterThan(claim.epoch());
    }

    /** Another front door may reach it, and have made the room there while we waited for an answer. */
    @Test
    void aRoomStaysWithANodeThatConfirmsItWhileItDoesNotAnswerUs() {
        FakeLink silent = node(A);
        RoomClaim claim = get(directory.claim(ROOM, A)).claim();
        silent.isUp = false;
        silent.onPing = () -> {
            if (!get(directory.find(ROOM)).orElseThrow().isOpen()) {
                get(directory.put(claim, RECORD));
            }
        };
        node(B);
        CompletableFuture<RoomRouter.Route> waiting = router.place(ROOM).toCompletableFuture();
        assertThat(get(directory.find(ROOM)).orElseThrow().claim()).isEqualTo(claim);
        silent.isUp = true;
        assertThat(get(waiting).claim()).isEqualTo(claim);
    }

    @Test
    void aRoomStaysWithANodeThatAnswersThoughItsLeaseEnded() {
        node(A);
        RoomClaim claim = open(A);
        wallMs.addAndGet(LEASE.toMillis());
        node(B);
        assertThat(get(router.place(ROOM)).claim()).isEqualTo(claim);
    }

    /** A call of the room API, or somebody who resumes: it is the same room as ever, though nobody joined it. */
    @Test
    void aRoomOfANodeThatIsGoneIsFoundAtAnotherWithItsRecord() {
        node(A).isUp = false;
        open(A);
        wallMs.addAndGet(LEASE.toMillis());
        node(B);
        RoomRouter.Route route = get(router.find(ROOM)).orElseThrow();
        assertThat(route.claim().node()).isEqualTo(B);
        assertThat(route.inherited()).isEqualTo(RECORD);
    }

    @Test
    void aClaimOfANodeThatIsGoneBeforeItMadeTheRoomIsNoRoom() {
        node(A).isUp = false;
        get(directory.claim(ROOM, A));
        wallMs.addAndGet(LEASE.toMillis());
        node(B);
        assertThat(get(router.find(ROOM))).isEmpty();
    }

    /**
     * A node was stopped (SIGSTOP, a host cut off, a long pause): its connection stands until a keep-alive times out,
     * seconds after its lease. Everybody who joined a room of its in between was refused.
     */
    @Test
    void aConnectionThatStandsIsNotTrustedBeyondTheLease() {
        FakeLink silent = node(A);
        RoomClaim claim = open(A);
        silent.isUp = false;
        silent.isHeldOpen = true;
        assertThat(get(router.place(ROOM)).claim()).as("within the lease").isEqualTo(claim);
        wallMs.addAndGet(LEASE.toMillis());
        node(B);
        assertThat(get(router.find(ROOM)).orElseThrow().claim().node()).isEqualTo(B);
        assertThat(get(router.place(ROOM)).claim().node()).isEqualTo(B);
    }

    @Test
    void whoeverComesBeforeARoomIsOpenAtItsNextNodeBringsItsRecord() {
        node(A);
        open(A);
        get(directory.withdraw(A));
        node(B);
        for (int i = 0; i < 2; i++) {
            assertThat(get(router.place(ROOM)).inherited()).isEqualTo(RECORD);
        }
        RoomRouter.Route route = get(router.find(ROOM)).orElseThrow();
        assertThat(route.inherited()).isEqualTo(RECORD);
        get(directory.put(route.claim(), RECORD));
        assertThat(get(router.place(ROOM)).inherited()).isNull();
    }

    @Test
    void aRoomThatLostItsNodeGoesToAnotherThoughNobodyJoins() {
        node(A).isUp = false;
        RoomClaim lost = open(A);
        FakeLink other = node(B);
        get(router.rescue(lost));
        assertThat(get(directory.find(ROOM)).orElseThrow().claim())
                .as("its lease runs")
                .isEqualTo(lost);
        wallMs.addAndGet(LEASE.toMillis());
        announce(B);
        get(router.rescue(lost));
        assertThat(get(directory.find(ROOM)).orElseThrow().claim().node()).isEqualTo(B);
        assertThat(other.calls).containsExactly("CreateRoom of room with the record");
        get(router.rescue(lost));
        assertThat(other.calls).as("once").hasSize(1);
    }

    @Test
    void aRoomIsNotTakenFromANodeThatAnswersThoughItIsSilent() {
        node(A);
        RoomClaim claim = open(A);
        wallMs.addAndGet(LEASE.toMillis());
        node(B);
        get(router.rescue(claim));
        assertThat(get(directory.find(ROOM)).orElseThrow().claim()).isEqualTo(claim);
    }

    /** The node that had taken it over died before anybody was there. */
    @Test
    void aRoomIsTakenOverOnceMore() {
        node(A);
        open(A);
        get(directory.withdraw(A));
        node(B);
        get(router.place(ROOM));
        nodes.get(B).isUp = false;
        get(directory.withdraw(B));
        NodeId third = new NodeId("ND_c");
        node(third);
        RoomRouter.Route route = get(router.place(ROOM));
        assertThat(route.claim().node()).isEqualTo(third);
        assertThat(route.inherited()).isEqualTo(RECORD);
    }

    @Test
    void aNodeThatLeftIsReplacedAtOnce() {
        node(A);
        open(A);
        get(directory.withdraw(A));
        node(B);
        assertThat(get(router.place(ROOM)).claim().node()).isEqualTo(B);
    }
}
