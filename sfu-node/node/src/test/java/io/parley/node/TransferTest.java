// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.RoomName;
import io.parley.api.room.RoomMethod;
import io.parley.cluster.RoomClaim;
import io.parley.cluster.SessionStart;
import io.parley.cluster.memory.InMemoryDirectory;
import io.parley.cluster.memory.InMemoryEventLog;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import livekit.LivekitModels.ClientInfo;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.Room;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRoom.ForwardParticipantRequest;
import livekit.LivekitRoom.MoveParticipantRequest;
import livekit.LivekitRoom.MoveParticipantResponse;
import livekit.LivekitRtc.JoinRequest;
import livekit.LivekitRtc.LeaveRequest;
import livekit.LivekitRtc.RoomMovedResponse;
import livekit.LivekitRtc.SignalResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two nodes of one directory, and a participant of one that is to go to rooms of either. */
class TransferTest {
    private static final RoomName DEMO = new RoomName("demo");
    private static final RoomName HALL = new RoomName("hall");
    private static final Duration LEASE = Duration.ofSeconds(10);

    private final AtomicLong nowMs = new AtomicLong(1_000_000);
    private final InMemoryDirectory directory = new InMemoryDirectory(nowMs::get);
    private final SfuNode node = new SfuNode(SfuNodeTest.settings(2, 0), directory, new InMemoryEventLog());
    private final SfuNode other = new SfuNode(SfuNodeTest.settings(1, 0), directory, new InMemoryEventLog());
    private final FrontDoor alice = new FrontDoor();
    private RoomClaim demo;

    @BeforeEach
    void join() throws InterruptedException {
        node.start();
        other.start();
        announce(node);
        announce(other);
        demo = claim(DEMO, node);
        node.open(
                new SessionStart(
                        demo,
                        ParticipantInfo.newBuilder().setIdentity("alice").build(),
                        ClientInfo.newBuilder().setProtocol(17).build(),
                        true,
                        JoinRequest.getDefaultInstance(),
                        CreateRoomRequest.getDefaultInstance(),
                        null),
                alice);
        assertThat(alice.next(SignalResponse.class).hasJoin()).isTrue();
    }

    @AfterEach
    void close() {
        node.close();
        other.close();
    }

    private void announce(SfuNode one) {
        get(directory.announce(one.record("nowhere"), LEASE));
    }

    private RoomClaim claim(RoomName room, SfuNode by) {
        return get(directory.claim(room, by.id())).claim();
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
    }

    private CompletionStage<MoveParticipantResponse> move(String identity, RoomName to, String requestId) {
        MoveParticipantRequest request = MoveParticipantRequest.newBuilder()
                .setRoom(DEMO.value())
                .setIdentity(identity)
                .setDestinationRoom(to.value())
                .build();
        return node.call(demo, null, RoomMethod.MOVE_PARTICIPANT, request, requestId);
    }

    private CompletionStage<?> forward(RoomName to) {
        ForwardParticipantRequest request = ForwardParticipantRequest.newBuilder()
                .setRoom(DEMO.value())
                .setIdentity("alice")
                .setDestinationRoom(to.value())
                .build();
        return node.call(demo, null, RoomMethod.FORWARD_PARTICIPANT, request, "");
    }

    private static ErrorCode refusal(CompletionStage<?> call) {
        return error(call).code();
    }

    private static ApiError error(CompletionStage<?> call) {
        try {
            get(call);
        } catch (CompletionException e) {
            return (ApiError) e.getCause();
        }
        throw new AssertionError("not refused");
    }

    private List<String> identities(SfuNode of, RoomName room) {
        return get(of.participants(room)).stream()
                .map(ParticipantInfo::getIdentity)
                .toList();
    }

    private void openHallAtTheOther(int maxParticipants) {
        CreateRoomRequest request = CreateRoomRequest.newBuilder()
                .setMaxParticipants(maxParticipants)
                .build();
        get(other.call(claim(HALL, other), null, RoomMethod.CREATE_ROOM, request, ""));
    }

    @Test
    void aRoomThatNobodyHasIsMadeHereAndListedWhenTheCallIsAnswered() throws InterruptedException {
        get(move("alice", HALL, ""));
        assertThat(identities(node, HALL)).containsExactly("alice");
        assertThat(identities(node, DEMO)).isEmpty();
        assertThat(get(directory.rooms(List.of()))).extracting(Room::getName).containsExactlyInAnyOrder("demo", "hall");
        RoomMovedResponse moved = alice.next(RoomMovedResponse.class);
        assertThat(moved.getRoom().getName()).isEqualTo("hall");
        assertThat(moved.getParticipant().getIdentity()).isEqualTo("alice");
    }

    /** An SDK that got no answer asks again: she is gone from the room by then. */
    @Test
    void theSameRequestAgainHasTheSameAnswer() {
        get(move("alice", HALL, "key 1"));
        get(move("alice", HALL, "key 1"));
        assertThat(refusal(move("alice", HALL, "key 2"))).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(identities(node, HALL)).containsExactly("alice");
    }

    @Test
    void whoIsNotThereTakesNoRoom() {
        assertThat(refusal(move("nobody", HALL, ""))).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(get(directory.find(HALL))).as("a claim").isEmpty();
    }

    @Test
    void toARoomOfAnotherNodeSheIsSentWithATokenForIt() throws InterruptedException {
        openHallAtTheOther(0);
        get(move("alice", HALL, ""));
        assertThat(alice.next(RoomName.class)).isEqualTo(HALL);
        LeaveRequest leave = alice.next(SignalResponse.class).getLeave();
        assertThat(leave.getAction()).isEqualTo(LeaveRequest.Action.RECONNECT);
        assertThat(leave.getReason()).isEqualTo(DisconnectReason.MIGRATION);
        assertThat(alice.next(FrontDoor.End.class)).isEqualTo(FrontDoor.End.CLOSED);
        assertThat(identities(node, DEMO)).isEmpty();
    }

    @Test
    void whereTheOtherNodesRoomIsFullSheStays() {
        openHallAtTheOther(1);
        FrontDoor bob = new FrontDoor();
        other.open(
                new SessionStart(
                        claim(HALL, other),
                        ParticipantInfo.newBuilder().setIdentity("bob").build(),
                        ClientInfo.newBuilder().setProtocol(17).build(),
                        true,
                        JoinRequest.getDefaultInstance(),
                        CreateRoomRequest.getDefaultInstance(),
                        null),
                bob);
        await("the directory has bob")
                .until(() -> get(directory.rooms(List.of("hall"))).getFirst().getNumParticipants() == 1);
        assertThat(refusal(move("alice", HALL, ""))).isEqualTo(ErrorCode.RESOURCE_EXHAUSTED);
        assertThat(identities(node, DEMO)).containsExactly("alice");
    }

    @Test
    void whereTheOtherNodeIsGoneSheStays() {
        openHallAtTheOther(0);
        nowMs.addAndGet(2 * LEASE.toMillis());
        announce(node);
        assertThat(refusal(move("alice", HALL, ""))).isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(identities(node, DEMO)).containsExactly("alice");
    }

    @Test
    void aForwardStaysOnItsNode() {
        openHallAtTheOther(0);
        ApiError refusal = error(forward(HALL));
        assertThat(refusal.code()).isEqualTo(ErrorCode.FAILED_PRECONDITION);
        assertThat(refusal).hasMessageContaining("CreateRoom with node_id \"" + node.id() + "\"");
        get(forward(new RoomName("attic")));
        assertThat(identities(node, new RoomName("attic"))).containsExactly("alice");
        assertThat(identities(node, DEMO)).containsExactly("alice");
    }
}
