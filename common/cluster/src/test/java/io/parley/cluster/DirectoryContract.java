// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import static io.parley.cluster.Stages.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.parley.api.id.NodeId;
import io.parley.api.id.RoomName;
import io.parley.api.room.Playout;
import io.parley.api.room.RoomRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import livekit.LivekitAgentDispatch.AgentDispatch;
import livekit.LivekitModels.Room;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every adapter of the directory keeps. */
public abstract class DirectoryContract {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final NodeId A = new NodeId("ND_a");
    private static final NodeId B = new NodeId("ND_b");
    private static final RoomName ROOM = new RoomName("a room: with spaces, ünïcode and \"quotes\"");

    private Directory directory;

    /** Empty, and the same for all calls within a test. */
    protected abstract Directory directory();

    @BeforeEach
    void open() {
        directory = directory();
        get(directory.announce(node(A), LONG));
        get(directory.announce(node(B), LONG));
    }

    private static NodeRecord node(NodeId id) {
        return new NodeRecord(
                id, 7, "10.0.0.1:7800", "eu", 4, new NodeLoad(0.25, 1.5, 3, 20, 31, 9_000_000_000L, true), true);
    }

    private static Room room(String name, int participants) {
        return Room.newBuilder()
                .setName(name)
                .setSid("RM_" + name)
                .setNumParticipants(participants)
                .build();
    }

    private static RoomRecord record(String name, int participants) {
        AgentDispatch dispatch = AgentDispatch.newBuilder()
                .setId("AD_" + name)
                .setAgentName("nurse")
                .build();
        return new RoomRecord(
                room(name, participants),
                List.of(new RoomRecord.Dispatch(dispatch, false)),
                participants > 0,
                new Playout(100, 500, true));
    }

    private RoomClaim open(RoomName room, NodeId node) {
        RoomClaim claim = get(directory.claim(room, node)).claim();
        assertThat(get(directory.put(claim, record(room.value(), 0)))).isTrue();
        return claim;
    }

    /** The lease of a node ends without another word from it. */
    private void lose(NodeId id) {
        get(directory.announce(node(id), SHORT));
        await("the lease of " + id + " ends")
                .until(() -> get(directory.nodes()).stream()
                        .noneMatch(node -> node.id().equals(id)));
    }

    // ---- nodes ----

    @Test
    void announcedNodesAreListedAsTheyAnnouncedThemselves() {
        assertThat(get(directory.nodes())).containsExactlyInAnyOrder(node(A), node(B));
    }

    @Test
    void anAnnouncementSaysWhetherTheNodeWasUnknown() {
        assertThat(get(directory.announce(node(A), LONG))).isFalse();
        get(directory.withdraw(A));
        assertThat(get(directory.announce(node(A), LONG))).isTrue();
    }

    @Test
    void aNodeIsGoneWhenItWithdrawsAndWhenItsLeaseEnds() {
        get(directory.withdraw(A));
        assertThat(get(directory.nodes())).containsExactly(node(B));
        lose(B);
        assertThat(get(directory.nodes())).isEmpty();
    }

    // ---- claims ----

    @Test
    void aRoomIsWhereItWasFirstClaimed() {
        assertThat(get(directory.find(ROOM))).isEmpty();
        RoomPlace place = get(directory.claim(ROOM, A));
        assertThat(place.claim().node()).isEqualTo(A);
        assertThat(place.node()).isEqualTo(node(A));
        assertThat(place.isLeased()).isTrue();
        assertThat(place.isOpen()).isFalse();
        assertThat(get(directory.claim(ROOM, B))).isEqualTo(place);
        assertThat(get(directory.find(ROOM))).contains(place);
    }

    @Test
    void aConfirmedClaimIsOpen() {
        RoomClaim claim = open(ROOM, A);
        assertThat(get(directory.find(ROOM)).orElseThrow()).isEqualTo(new RoomPlace(claim, node(A), true, true, null));
    }

    @Test
    void aReleasedRoomCanBeClaimedByAnyoneWithAHigherEpoch() {
        RoomClaim first = open(ROOM, A);
        get(directory.release(first));
        assertThat(get(directory.find(ROOM))).isEmpty();
        RoomClaim second = get(directory.claim(ROOM, B)).claim();
        assertThat(second.node()).isEqualTo(B);
        assertThat(second.epoch()).isGreaterThan(first.epoch());
    }

    @Test
    void whoHadARoomThatIsGoneIsRemembered() {
        assertThat(get(directory.findGone(ROOM))).isEmpty();
        RoomClaim first = open(ROOM, A);
        assertThat(get(directory.findGone(ROOM))).isEmpty();
        get(directory.release(first));
        assertThat(get(directory.findGone(ROOM)).orElseThrow().claim()).isEqualTo(first);
        RoomClaim second = open(ROOM, B);
        get(directory.release(first));
        get(directory.release(second));
        assertThat(get(directory.findGone(ROOM)).orElseThrow().claim()).isEqualTo(second);
    }

    @Test
    void releasingAClaimThatDoesNotHoldDoesNothing() {
        RoomClaim first = open(ROOM, A);
        get(directory.release(first));
        RoomClaim second = open(ROOM, B);
        get(directory.release(first));
        assertThat(get(directory.find(ROOM)).orElseThrow().claim()).isEqualTo(second);
    }

    @Test
    void aClaimIsRevokedUntilItsNodeConfirmedIt() {
        RoomClaim first = get(directory.claim(ROOM, A)).claim();
        get(directory.revoke(first));
        assertThat(get(directory.find(ROOM))).isEmpty();
        RoomClaim second = get(directory.claim(ROOM, B)).claim();
        get(directory.revoke(first));
        get(directory.put(second, record("second", 0)));
        get(directory.revoke(second));
        assertThat(get(directory.find(ROOM)).orElseThrow().claim()).isEqualTo(second);
    }

    @Test
    void ofManyClaimsAtOnceOneHolds() throws InterruptedException, ExecutionException {
        List<Future<RoomClaim>> claims = new ArrayList<>();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 50; i++) {
                NodeId candidate = i % 2 == 0 ? A : B;
                claims.add(callers.submit(
                        () -> get(directory.claim(ROOM, candidate)).claim()));
            }
        }
        Set<RoomClaim> held = new HashSet<>();
        for (Future<RoomClaim> claim : claims) {
            held.add(claim.get());
        }
        assertThat(held).hasSize(1);
    }

    // ---- the loss of a node ----

    @Test
    void aRoomIsNotTakenFromANodeWhoseLeaseRuns() {
        RoomClaim claim = open(ROOM, A);
        assertThat(get(directory.takeOver(claim, B)).claim()).isEqualTo(claim);
    }

    @Test
    void aRoomOfALostNodeIsTakenOverOnceWithAHigherEpoch() {
        RoomClaim claim = open(ROOM, A);
        lose(A);
        RoomPlace before = get(directory.find(ROOM)).orElseThrow();
        assertThat(before.isLeased()).isFalse();
        assertThat(before.node()).as("where to look for it").isNotNull();
        RoomClaim taken = get(directory.takeOver(claim, B)).claim();
        assertThat(taken.node()).isEqualTo(B);
        assertThat(taken.epoch()).isGreaterThan(claim.epoch());
        assertThat(get(directory.takeOver(claim, A)).claim())
                .as("taken already")
                .isEqualTo(taken);
    }

    @Test
    void aNodeLearnsThatItsRoomWasTakenOver() {
        RoomClaim claim = open(ROOM, A);
        lose(A);
        RoomClaim taken = get(directory.takeOver(claim, B)).claim();
        assertThat(get(directory.put(claim, record("late", 1)))).isFalse();
        assertThat(get(directory.put(taken, record(ROOM.value(), 1)))).isTrue();
        assertThat(get(directory.put(claim, record("late", 1)))).isFalse();
        assertThat(get(directory.rooms(List.of()))).containsExactly(room(ROOM.value(), 1));
    }

    @Test
    void aDirectoryThatForgotLearnsARoomFromItsNode() {
        RoomClaim claim = open(ROOM, A);
        get(directory.release(claim));
        assertThat(get(directory.put(claim, record(ROOM.value(), 2)))).isTrue();
        assertThat(get(directory.find(ROOM)).orElseThrow().claim()).isEqualTo(claim);
    }

    // ---- what outlives a node ----

    private List<RoomClaim> lost(Duration silence) {
        return get(directory.lost(silence));
    }

    @Test
    void aRoomThatIsTakenOverBringsItsRecordUntilItsNextNodeConfirmedIt() {
        RoomClaim claim = open(ROOM, A);
        get(directory.put(claim, record(ROOM.value(), 3)));
        lose(A);
        RoomPlace taken = get(directory.takeOver(claim, B));
        assertThat(taken.inherited()).isEqualTo(record(ROOM.value(), 3));
        assertThat(taken.isOpen()).isFalse();
        assertThat(taken.exists()).isTrue();
        assertThat(get(directory.find(ROOM))).as("for whoever comes first").contains(taken);
        assertThat(get(directory.claim(ROOM, A))).isEqualTo(taken);
        assertThat(get(directory.put(taken.claim(), record(ROOM.value(), 1)))).isTrue();
        assertThat(get(directory.find(ROOM)).orElseThrow().inherited()).isNull();
    }

    @Test
    void aRoomThatIsMadeBringsNoRecordOfOneBefore() {
        get(directory.release(open(ROOM, A)));
        RoomPlace place = get(directory.claim(ROOM, B));
        assertThat(place.inherited()).isNull();
        assertThat(place.exists()).isFalse();
    }

    /** The node that took it over died as well, before it had confirmed. */
    @Test
    void aRoomThatNobodyOpenedAgainIsLostWithItsRecord() {
        RoomClaim claim = open(ROOM, A);
        lose(A);
        RoomClaim taken = get(directory.takeOver(claim, B)).claim();
        get(directory.revoke(taken));
        RoomPlace place = get(directory.find(ROOM)).orElseThrow();
        assertThat(place).isEqualTo(new RoomPlace(taken, null, false, true, null));
        assertThat(get(directory.claim(ROOM, A)))
                .as("not for those who make rooms")
                .isEqualTo(place);
        assertThat(lost(LONG)).containsExactly(taken);
        RoomPlace again = get(directory.takeOver(taken, B));
        assertThat(again.claim().epoch()).isGreaterThan(taken.epoch());
        assertThat(again.inherited()).isEqualTo(record(ROOM.value(), 0));
        assertThat(lost(Duration.ZERO)).isEmpty();
    }

    @Test
    void aRoomThatIsHandedOverIsTheNextOnesThoughItsNodeIsThere() {
        RoomClaim claim = open(ROOM, A);
        get(directory.handOver(claim, record(ROOM.value(), 4)));
        assertThat(get(directory.find(ROOM))).contains(new RoomPlace(claim, null, false, true, null));
        assertThat(lost(LONG)).containsExactly(claim);
        RoomPlace taken = get(directory.takeOver(claim, B));
        assertThat(taken.claim().node()).isEqualTo(B);
        assertThat(taken.inherited()).isEqualTo(record(ROOM.value(), 4));
        get(directory.put(taken.claim(), record(ROOM.value(), 1)));
        get(directory.handOver(claim, record("late", 4)));
        assertThat(get(directory.find(ROOM)))
                .as("a late one does nothing")
                .contains(new RoomPlace(taken.claim(), node(B), true, true, null));
        assertThat(get(directory.rooms(List.of()))).containsExactly(room(ROOM.value(), 1));
    }

    /** A directory that went back to what it was a moment ago knows only the claim before. */
    @Test
    void aRoomThatIsHandedOverUnderALaterClaimThanIsKnownIsTheNextOnes() {
        RoomClaim known = open(ROOM, A);
        RoomClaim later = new RoomClaim(ROOM, B, known.epoch() + 1);
        get(directory.handOver(later, record(ROOM.value(), 4)));
        assertThat(lost(LONG)).containsExactly(later);
        assertThat(get(directory.rooms(List.of()))).containsExactly(room(ROOM.value(), 4));
    }

    @Test
    void aNodeThatIsBackBeforeItsRoomWasTakenKeepsIt() {
        RoomClaim claim = open(ROOM, A);
        lose(A);
        assertThat(lost(Duration.ZERO)).containsExactly(claim);
        get(directory.announce(node(A), LONG));
        assertThat(get(directory.put(claim, record(ROOM.value(), 1)))).isTrue();
        assertThat(lost(Duration.ZERO)).isEmpty();
    }

    @Test
    void roomsOfANodeAreLostAtOnceWhenItLeavesAndElseAfterItsSilence() {
        open(ROOM, B);
        RoomClaim left = open(new RoomName("left"), A);
        get(directory.withdraw(A));
        lose(B);
        assertThat(lost(LONG)).containsExactly(left);
        await("the silence is long enough").until(() -> lost(SHORT).size() == 2);
    }

    @Test
    void everyRoomOfALostNodeIsFoundSomeAtATime() {
        Set<RoomClaim> opened = new HashSet<>();
        for (int i = 0; i < 3_000; i++) {
            opened.add(open(new RoomName("room-" + i), A));
        }
        open(ROOM, B);
        get(directory.withdraw(A));
        Set<RoomClaim> found = new HashSet<>();
        await("all are found").until(() -> {
            found.addAll(lost(LONG));
            return found.equals(opened);
        });
    }

    // ---- lists ----

    @Test
    void confirmedRoomsAreListedAsTheyWereLastPut() {
        RoomClaim one = open(new RoomName("one"), A);
        open(new RoomName("two"), B);
        get(directory.claim(new RoomName("three"), B));
        get(directory.put(one, record("one", 5)));
        assertThat(get(directory.rooms(List.of()))).containsExactlyInAnyOrder(room("one", 5), room("two", 0));
        assertThat(get(directory.rooms(List.of("two", "three", "four")))).containsExactly(room("two", 0));
    }

    /** They are on their way to another. */
    @Test
    void roomsOfALostNodeAreListedUntilTheyEnd() {
        RoomClaim claim = open(ROOM, A);
        get(directory.withdraw(A));
        assertThat(get(directory.rooms(List.of()))).containsExactly(room(ROOM.value(), 0));
        RoomClaim taken = get(directory.takeOver(claim, B)).claim();
        assertThat(get(directory.rooms(List.of()))).containsExactly(room(ROOM.value(), 0));
        get(directory.release(taken));
        assertThat(get(directory.rooms(List.of()))).isEmpty();
        assertThat(get(directory.find(ROOM))).isEmpty();
    }

    @Test
    void aThousandRoomsMadeByTwoAtOnceAreAllThereOnce() {
        Set<RoomClaim> distinct = new HashSet<>();
        for (int batch = 0; batch < 10; batch++) {
            List<CompletableFuture<RoomClaim>> claims = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                RoomName name = new RoomName("room-" + batch + "-" + i);
                for (NodeId candidate : List.of(A, B)) {
                    claims.add(directory
                            .claim(name, candidate)
                            .thenCompose(place -> directory
                                    .put(place.claim(), record(name.value(), 0))
                                    .thenApply(held -> place.claim()))
                            .toCompletableFuture());
                }
            }
            claims.forEach(claim -> distinct.add(get(claim)));
        }
        assertThat(distinct).hasSize(1_000);
        assertThat(get(directory.rooms(List.of())))
                .extracting(Room::getName)
                .doesNotHaveDuplicates()
                .hasSize(1_000);
        distinct.forEach(claim -> get(directory.release(claim)));
        assertThat(get(directory.rooms(List.of()))).isEmpty();
    }
}
