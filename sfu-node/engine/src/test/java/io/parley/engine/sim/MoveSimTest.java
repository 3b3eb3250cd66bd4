// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.api.error.ErrorCode;
import io.parley.api.id.ParticipantSid;
import io.parley.api.id.RoomName;
import io.parley.api.room.IdentityPolicy;
import io.parley.engine.event.RoomEvent;
import io.parley.engine.home.Trails;
import io.parley.engine.message.Destination;
import io.parley.engine.message.RoomView;
import io.parley.engine.seat.SignalSink;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRoom.DeleteRoomRequest;
import livekit.LivekitRoom.MoveParticipantRequest;
import livekit.LivekitRoom.MuteRoomTrackRequest;
import livekit.LivekitRoom.RoomParticipantIdentity;
import livekit.LivekitRoom.UpdateParticipantRequest;
import livekit.LivekitRtc.LeaveRequest;
import livekit.LivekitRtc.RequestResponse;
import livekit.LivekitRtc.SignalRequest;
import livekit.LivekitRtc.SignalResponse;
import livekit.LivekitRtc.SubscriptionPermission;
import livekit.LivekitRtc.UpdateParticipantMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Participants that a server moves to another room, with the connection that they have. */
class MoveSimTest extends TwoInARoom {
    private static final RoomName ROOM = new RoomName("room");
    private static final RoomName HALL = new RoomName("hall");

    private SimulatedParticipant carol;

    /** Alice publishes to bob in the room, carol publishes in the hall, whose home may be on another shard. */
    private void startBoth(Arrangement arrangement) {
        start(arrangement);
        if (arrangement.isScattered) {
            node.homeShards.put(HALL, 2);
        }
        carol = node.participant("carol").joinPublishing("hall");
        simulation.runUntil("carol is there", 5_000, () -> !carol.cameraSid().isEmpty());
        simulation.runForMs(2_000);
    }

    private SimulatedNode.Called move(String identity, RoomName from, RoomName to) {
        return move(identity, from, node.here(to));
    }

    private SimulatedNode.Called move(String identity, RoomName from, Destination to) {
        MoveParticipantRequest request =
                MoveParticipantRequest.newBuilder().setIdentity(identity).build();
        return node.transfer(from, request, to);
    }

    private List<String> identities(RoomName room) {
        return Objects.requireNonNull(node.views.get(room)).participants().stream()
                .map(ParticipantInfo::getIdentity)
                .toList();
    }

    private ParticipantInfo info(RoomName room, String identity) {
        return Objects.requireNonNull(node.views.get(room)).participants().stream()
                .filter(info -> info.getIdentity().equals(identity))
                .toList()
                .getFirst();
    }

    private static List<SignalResponse> moves(SimulatedParticipant participant) {
        return participant.responses.stream()
                .filter(SignalResponse::hasRoomMoved)
                .toList();
    }

    private static long frames(SimulatedParticipant viewer, SimulatedParticipant publisher) {
        var received = viewer.downlink.received(publisher.cameraSid());
        return received == null ? 0 : received.frames();
    }

    private void goesOn(SimulatedParticipant viewer, SimulatedParticipant publisher) {
        long before = frames(viewer, publisher);
        simulation.runUntil(
                viewer.identity + " sees " + publisher.identity, 5_000, () -> frames(viewer, publisher) >= before + 10);
    }

    private void allLeave(SimulatedParticipant... participants) {
        for (SimulatedParticipant participant : participants) {
            participant.leave();
        }
        simulation.runForMs(30_000);
        assertThat(node.leftOvers()).as("seats, homes, tracks, routes, ciphers").isZero();
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whoIsMovedSeesAndIsSeenInTheOtherRoomOverTheSameConnection(Arrangement arrangement) {
        startBoth(arrangement);
        String sid = alice.sid.value();
        int peers = node.openedPeers;
        String camera = alice.cameraSid();
        succeeds(move("alice", ROOM, HALL));
        assertThat(identities(ROOM)).as("to who reads next").containsExactly("bob");
        assertThat(identities(HALL)).containsExactly("carol", "alice");
        goesOn(alice, carol);
        goesOn(carol, alice);
        simulation.runUntil("alice is heard", 2_000, () -> carol.hears(alice, 20) && alice.hears(carol, 20));
        assertThat(node.openedPeers).as("peer connections").isEqualTo(peers);
        assertThat(moves(alice)).singleElement().satisfies(response -> {
            assertThat(response.getRoomMoved().getRoom().getName()).isEqualTo("hall");
            assertThat(response.getRoomMoved().getParticipant().getIdentity()).isEqualTo("alice");
            assertThat(response.getRoomMoved().getOtherParticipantsList())
                    .extracting(ParticipantInfo::getIdentity)
                    .containsExactly("carol");
        });
        assertThat(alice.sid.value()).as("in the hall").isNotEqualTo(sid);
        assertThat(alice.tokenRoom).isEqualTo(HALL);
        assertThat(alice.others).containsOnlyKeys("carol");
        assertThat(bob.others).isEmpty();
        assertThat(info(HALL, "alice").getState()).isEqualTo(ParticipantInfo.State.ACTIVE);
        assertThat(info(HALL, "alice").getTracksList())
                .as("the same tracks")
                .hasSize(2)
                .anyMatch(track -> track.getSid().equals(camera));
        long before = frames(bob, alice);
        simulation.runForMs(1_000);
        assertThat(frames(bob, alice)).isEqualTo(before);
        allLeave(alice, bob, carol);
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aViewerThatIsMovedThereAndBackSeesWhoIsWhereItIs(Arrangement arrangement) {
        startBoth(arrangement);
        succeeds(move("bob", ROOM, HALL));
        goesOn(bob, carol);
        long before = frames(bob, alice);
        simulation.runForMs(500);
        assertThat(frames(bob, alice)).isEqualTo(before);
        succeeds(move("bob", HALL, ROOM));
        goesOn(bob, alice);
        assertThat(bob.others).containsOnlyKeys("alice");
        assertThat(bob.downlink.received(alice.cameraSid())).isNotNull();
        allLeave(alice, bob, carol);
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void theRoomIsMadeIfItIsNotThereAndTheOneThatIsLeftEmptyEnds(Arrangement arrangement) {
        start(arrangement);
        succeeds(move("alice", ROOM, HALL));
        succeeds(move("bob", ROOM, HALL));
        goesOn(bob, alice);
        simulation.runForMs(25_000);
        assertThat(node.views).containsOnlyKeys(HALL);
        assertThat(bob.sees(alice, 500)).isTrue();
        allLeave(alice, bob);
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void eachRoomsEventsTellOfItInOrder(Arrangement arrangement) {
        startBoth(arrangement);
        node.events.clear();
        succeeds(move("alice", ROOM, HALL));
        simulation.runForMs(500);
        assertThat(node.events.stream()
                        .filter(event -> event.stamp().room().getName().equals("room")))
                .extracting(event -> event.getClass().getSimpleName())
                .containsExactly("TrackUnpublished", "TrackUnpublished", "ParticipantLeft");
        assertThat(node.events.stream()
                        .filter(event -> event.stamp().room().getName().equals("hall")))
                .extracting(event -> event.getClass().getSimpleName())
                .containsExactly("ParticipantJoined", "ParticipantActive", "TrackPublished", "TrackPublished");
        assertThat(node.events)
                .filteredOn(RoomEvent.ParticipantLeft.class::isInstance)
                .singleElement()
                .satisfies(event -> assertThat(((RoomEvent.ParticipantLeft) event)
                                .participant()
                                .getDisconnectReason())
                        .isEqualTo(DisconnectReason.MIGRATION));
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whatIsRefusedLeavesTheParticipantWhereItIs(Arrangement arrangement) {
        startBoth(arrangement);
        assertThat(refusal(move("nobody", ROOM, HALL))).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(refusal(move("alice", new RoomName("none"), HALL))).isEqualTo(ErrorCode.NOT_FOUND);
        node.call(HALL, CreateRoomRequest.newBuilder().setMaxParticipants(1).build());
        assertThat(refusal(move("alice", ROOM, HALL))).isEqualTo(ErrorCode.RESOURCE_EXHAUSTED);
        node.protocol = 15;
        SimulatedParticipant old = node.participant("old").joinWatching("room");
        node.protocol = 16;
        node.kind = ParticipantInfo.Kind.AGENT;
        SimulatedParticipant agent = node.participant("agent").joinWatching("room");
        simulation.runUntil("both see alice", 5_000, () -> old.sees(alice, 5) && agent.sees(alice, 5));
        RoomName attic = new RoomName("attic");
        assertThat(refusal(move("old", ROOM, attic))).isEqualTo(ErrorCode.FAILED_PRECONDITION);
        assertThat(refusal(move("agent", ROOM, attic))).isEqualTo(ErrorCode.FAILED_PRECONDITION);
        goesOn(bob, alice);
        assertThat(identities(ROOM)).containsExactlyInAnyOrder("alice", "bob", "old", "agent");
        assertThat(node.views).as("rooms").containsOnlyKeys(ROOM, HALL);
        assertThat(moves(alice)).isEmpty();
    }

    /** Two that are moved at once to the last place: one gets it. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void theLastPlaceIsGivenOnce(Arrangement arrangement) {
        startBoth(arrangement);
        node.call(HALL, CreateRoomRequest.newBuilder().setMaxParticipants(2).build());
        SimulatedNode.Called first = move("alice", ROOM, HALL);
        SimulatedNode.Called second = move("bob", ROOM, HALL);
        succeeds(first);
        assertThat(refusal(second)).isEqualTo(ErrorCode.RESOURCE_EXHAUSTED);
        assertThat(identities(HALL)).containsExactly("carol", "alice");
        assertThat(identities(ROOM)).containsExactly("bob");
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whoHasTheSameIdentityThereGivesWayAsToOneThatJoins(Arrangement arrangement) {
        startBoth(arrangement);
        SimulatedParticipant twin = node.participant("alice").joinWatching("hall");
        simulation.runUntil("the twin sees carol", 5_000, () -> twin.sees(carol, 5));
        node.call(HALL, CreateRoomRequest.newBuilder().setMaxParticipants(2).build());
        succeeds(move("alice", ROOM, HALL));
        simulation.runForMs(100);
        assertThat(twin.responses.getLast().getLeave().getReason()).isEqualTo(DisconnectReason.DUPLICATE_IDENTITY);
        assertThat(twin.isClosed).isTrue();
        twin.media.close();
        twin.downlink.close();
        goesOn(carol, alice);
        assertThat(carol.others.get("alice").getSid()).isEqualTo(alice.sid.value());
        allLeave(alice, bob, carol);
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void theServerApiFindsItWhereItIs(Arrangement arrangement) {
        startBoth(arrangement);
        succeeds(move("alice", ROOM, HALL));
        goesOn(carol, alice);
        UpdateParticipantRequest update = UpdateParticipantRequest.newBuilder()
                .setIdentity("alice")
                .setName("Alice")
                .build();
        assertThat(refusal(node.call(ROOM, update))).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(node.call(HALL, update).refusal).isNull();
        node.call(
                HALL,
                MuteRoomTrackRequest.newBuilder()
                        .setIdentity("alice")
                        .setTrackSid(alice.cameraSid())
                        .setMuted(true)
                        .build());
        simulation.runForMs(100);
        assertThat(carol.others.get("alice").getName()).isEqualTo("Alice");
        assertThat(alice.claims.getLast().getName()).isEqualTo("Alice");
        assertThat(alice.tokenRoom).isEqualTo(HALL);
        assertThat(alice.responses.stream().filter(SignalResponse::hasMute)).hasSize(1);
        node.call(
                HALL, RoomParticipantIdentity.newBuilder().setIdentity("alice").build());
        simulation.runForMs(100);
        assertThat(alice.responses.getLast().getLeave().getReason()).isEqualTo(DisconnectReason.PARTICIPANT_REMOVED);
        assertThat(carol.others).isEmpty();
    }

    /** Data is the room's in which it is said, also while the client resumes. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void dataGoesWhereTheSpeakerIs(Arrangement arrangement) {
        startBoth(arrangement);
        simulation.runUntil("alice speaks", 2_000, () -> alice.say("to bob", List.of()));
        simulation.runUntil("bob hears", 2_000, () -> bob.heardCount() == 1);
        succeeds(move("alice", ROOM, HALL));
        simulation.runUntil("alice is told", 1_000, () -> !moves(alice).isEmpty());
        alice.loseSignal();
        simulation.runForMs(100);
        alice.resume("hall");
        simulation.runUntil(
                "a reconnect", 2_000, () -> alice.responses.stream().anyMatch(SignalResponse::hasReconnect));
        assertThat(alice.responses.getFirst().getReconnect().getLastMessageSeq())
                .as("so what bob heard is not said again")
                .isEqualTo(1);
        alice.say("to carol", List.of());
        carol.say("to alice", List.of());
        simulation.runUntil("both hear", 2_000, () -> carol.heardCount() == 1 && alice.heardCount() == 1);
        assertThat(carol.heard()).containsExactly("alice: to carol");
        assertThat(alice.heard()).containsExactly("carol: to alice");
        assertThat(bob.heardCount()).isEqualTo(1);
    }

    /** It was moved while its socket was dead: it comes back to the room that it knows, and finds itself in the other. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whoComesBackWithoutHavingHeardOfItIsToldThen(Arrangement arrangement) {
        startBoth(arrangement);
        alice.loseSignal();
        simulation.runForMs(100);
        succeeds(move("alice", ROOM, HALL));
        simulation.runForMs(500);
        assertThat(moves(alice)).isEmpty();
        alice.resume("room");
        simulation.runUntil("it is told", 2_000, () -> !moves(alice).isEmpty());
        assertThat(alice.responses.getFirst().hasReconnect()).isTrue();
        assertThat(alice.responses.stream().filter(SignalResponse::hasRoomUpdate))
                .isEmpty();
        assertThat(alice.tokenRoom).isEqualTo(HALL);
        assertThat(alice.others).containsOnlyKeys("carol");
        goesOn(alice, carol);
        goesOn(carol, alice);
        SimulatedParticipant another = node.participant("alice").joinWatching("room");
        simulation.runUntil("another alice joins the room", 2_000, () -> !another.responses.isEmpty());
        goesOn(carol, alice);
        another.leave();
        allLeave(alice, bob, carol);
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aMoveInTheMiddleOfAResumeEndsWithBoth(Arrangement arrangement) {
        startBoth(arrangement);
        alice.loseSignal();
        simulation.runForMs(100);
        SimulatedNode.Called called = move("alice", ROOM, HALL);
        alice.resume("room");
        succeeds(called);
        simulation.runUntil("it is told", 2_000, () -> !moves(alice).isEmpty());
        assertThat(alice.responses.getFirst().hasReconnect()).isTrue();
        goesOn(alice, carol);
        goesOn(carol, alice);
        assertThat(alice.others).containsOnlyKeys("carol");
    }

    /** What tells it of the move goes into a socket that is dead already. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whatADeadSocketTookIsSaidAgain(Arrangement arrangement) {
        startBoth(arrangement);
        SignalSink dead = alice.stream();
        alice.loseSignalUnnoticed();
        succeeds(move("alice", ROOM, HALL));
        simulation.runForMs(100);
        assertThat(moves(alice)).isEmpty();
        node.closeSignal(alice, dead);
        simulation.runForMs(100);
        alice.resume("room");
        simulation.runUntil("it is told", 2_000, () -> !moves(alice).isEmpty());
        assertThat(alice.tokenRoom).isEqualTo(HALL);
        goesOn(alice, carol);
        goesOn(carol, alice);
    }

    /** SDKs in Rust: they heard of the move, and come back with the token that they joined with, or at least its sid. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whoHeardOfItAndComesBackAsItJoinedIsWhereItWasMovedTo(Arrangement arrangement) {
        startBoth(arrangement);
        ParticipantSid joined = alice.sid;
        succeeds(move("alice", ROOM, HALL));
        simulation.runUntil("it is told", 2_000, () -> !moves(alice).isEmpty());
        for (String room : List.of("room", "hall")) {
            alice.loseSignal();
            simulation.runForMs(100);
            alice.sid = joined;
            alice.resume(room);
            simulation.runUntil("a response", 2_000, () -> !alice.responses.isEmpty());
            assertThat(alice.responses.getFirst().hasReconnect()).as(room).isTrue();
            goesOn(alice, carol);
            goesOn(carol, alice);
        }
        assertThat(identities(HALL)).containsExactly("carol", "alice");
        assertThat(identities(ROOM)).containsExactly("bob");
    }

    /** A waiting room that is deleted as soon as everybody was moved out of it. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whoComesBackToARoomThatIsGoneIsWhereItWasMovedTo(Arrangement arrangement) {
        startBoth(arrangement);
        alice.loseSignal();
        succeeds(move("alice", ROOM, HALL));
        node.call(ROOM, DeleteRoomRequest.getDefaultInstance());
        simulation.runForMs(100);
        assertThat(node.views).containsOnlyKeys(HALL);
        alice.resume("room");
        simulation.runUntil("it is told", 2_000, () -> !moves(alice).isEmpty());
        goesOn(alice, carol);
        goesOn(carol, alice);
    }

    /** Its connections died before it heard of the move: it joins afresh, and the front door asks where it is. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whoJoinsAfreshIsFoundByWhatItWas(Arrangement arrangement) {
        startBoth(arrangement);
        String before = alice.sid.value();
        SimulatedParticipant first = alice;
        node.call(HALL, rejecting());
        alice.vanish();
        succeeds(move("alice", ROOM, HALL));
        Trails.Trail trail = Objects.requireNonNull(node.findTrail(ROOM, "alice", before));
        assertThat(trail.to()).isEqualTo(HALL);
        assertThat(trail.sid()).isEqualTo(info(HALL, "alice").getSid());
        assertThat(node.findTrail(ROOM, "bob", before)).as("of another").isNull();
        assertThat(node.findTrail(ROOM, "alice", trail.sid())).as("never here").isNull();
        assertThat(node.findTrail(HALL, "alice", trail.sid())).as("still there").isNull();

        alice = node.participant("alice");
        alice.returning = trail.sid();
        alice.joinPublishing("hall");
        goesOn(carol, alice);
        goesOn(alice, carol);
        assertThat(alice.refusal).isNull();
        assertThat(first.sid).isNotEqualTo(alice.sid);
        assertThat(identities(HALL)).containsExactly("carol", "alice");
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whoHasANumberInTheRoomIsFoundByTheIdentityOfItsToken(Arrangement arrangement) {
        startBoth(arrangement);
        node.call(ROOM, numbering());
        SimulatedParticipant twin = node.participant("alice").joinPublishing("room");
        simulation.runUntil("bob sees the twin", 5_000, () -> bob.sees(twin, 5));
        twin.sid = new ParticipantSid(info(ROOM, "alice#2").getSid());
        twin.loseSignal();
        succeeds(move("alice#2", ROOM, HALL));
        assertThat(identities(HALL)).containsExactly("carol", "alice#2");
        for (String room : List.of("room", "hall")) {
            twin.resume(room);
            simulation.runUntil("a response", 2_000, () -> !twin.responses.isEmpty());
            assertThat(twin.responses.getFirst().hasReconnect()).as(room).isTrue();
            goesOn(twin, carol);
            twin.loseSignal();
            simulation.runForMs(100);
        }
        assertThat(identities(ROOM)).containsExactlyInAnyOrder("alice", "bob");
    }

    private static CreateRoomRequest policy(IdentityPolicy policy) {
        return CreateRoomRequest.newBuilder()
                .putTags(IdentityPolicy.TAG, policy.word())
                .build();
    }

    private static CreateRoomRequest rejecting() {
        return policy(IdentityPolicy.REJECT);
    }

    private static CreateRoomRequest numbering() {
        return policy(IdentityPolicy.SUFFIX);
    }

    /** Nobody goes for it, and a client can't be given another identity. */
    @ParameterizedTest
    @EnumSource(
            value = IdentityPolicy.class,
            names = {"REJECT", "SUFFIX"})
    void whereItsIdentityIsAndStaysItIsNotMoved(IdentityPolicy policy) {
        startBoth(Arrangement.SCATTERED);
        node.call(HALL, policy(policy));
        SimulatedParticipant twin = node.participant("alice").joinWatching("hall");
        simulation.runUntil("the twin sees carol", 5_000, () -> twin.sees(carol, 5));
        assertThat(refusal(move("alice", ROOM, HALL))).isEqualTo(ErrorCode.ALREADY_EXISTS);
        assertThat(identities(ROOM)).containsExactlyInAnyOrder("alice", "bob");
        assertThat(identities(HALL)).containsExactly("carol", "alice");
        goesOn(bob, alice);
        twin.leave();
        simulation.runForMs(100);
        succeeds(move("alice", ROOM, HALL));
        goesOn(carol, alice);
    }

    /** Its identity is as good as there from when it has its place. */
    @ParameterizedTest
    @EnumSource(
            value = IdentityPolicy.class,
            names = {"REJECT", "SUFFIX"})
    void whoComesWhileItIsOnItsWayFindsItThere(IdentityPolicy policy) {
        startBoth(Arrangement.SCATTERED);
        node.call(HALL, policy(policy));
        SimulatedNode.Called first = move("alice", ROOM, HALL);
        simulation.runForMs(1);
        SimulatedParticipant twin = node.participant("alice").joinWatching("hall");
        succeeds(first);
        simulation.runUntil("an answer", 5_000, () -> twin.refusal != null || twin.sees(carol, 5));
        if (policy == IdentityPolicy.REJECT) {
            assertThat(Objects.requireNonNull(twin.refusal).code()).isEqualTo(ErrorCode.PERMISSION_DENIED);
            assertThat(identities(HALL)).containsExactly("carol", "alice");
        } else {
            assertThat(identities(HALL)).containsExactlyInAnyOrder("carol", "alice", "alice#2");
        }
        goesOn(carol, alice);
    }

    /** Two of one identity that are moved at once, from two rooms. */
    @Test
    void aRoomThatRejectsTakesOneOfTwoThatComeAtOnce() {
        startBoth(Arrangement.SCATTERED);
        node.call(HALL, rejecting());
        RoomName attic = new RoomName("attic");
        SimulatedParticipant twin = node.participant("alice").joinPublishing("attic");
        simulation.runUntil("the twin publishes", 5_000, () -> !twin.cameraSid().isEmpty());
        SimulatedNode.Called first = move("alice", ROOM, HALL);
        SimulatedNode.Called second = move("alice", attic, HALL);
        succeeds(first);
        assertThat(refusal(second)).isEqualTo(ErrorCode.ALREADY_EXISTS);
        assertThat(identities(attic)).containsExactly("alice");
        goesOn(carol, alice);
    }

    private void says(int requestId) {
        UpdateParticipantMetadata.Builder update =
                UpdateParticipantMetadata.newBuilder().setRequestId(requestId).setMetadata("m" + requestId);
        node.request(alice, SignalRequest.newBuilder().setUpdateMetadata(update).build());
    }

    private List<RequestResponse> answers() {
        return alice.responses.stream()
                .filter(SignalResponse::hasRequestResponse)
                .map(SignalResponse::getRequestResponse)
                .toList();
    }

    /** Which room hears of it is as it happens; one does. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whatItSaysOfItselfOnItsWayIsAnsweredOnceAndHolds(Arrangement arrangement) {
        startBoth(arrangement);
        SimulatedNode.Called called = move("alice", ROOM, HALL);
        for (int i = 1; i <= 20; i++) {
            says(i);
            simulation.runForMs(1);
        }
        succeeds(called);
        simulation.runForMs(100);
        assertThat(answers())
                .extracting(RequestResponse::getRequestId)
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 20).boxed().toList());
        assertThat(answers()).allMatch(answer -> answer.getReason() == RequestResponse.Reason.OK);
        assertThat(info(HALL, "alice").getMetadata()).isEqualTo("m20");
        assertThat(carol.others.get("alice").getMetadata()).isEqualTo("m20");
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whatItSaysOfItselfBeforeItIsSentToAnotherNodeIsAnsweredOrRefused(Arrangement arrangement) {
        startBoth(arrangement);
        for (int i = 1; i <= 20; i++) {
            says(i);
        }
        simulation.runForMs(1);
        succeeds(move("alice", ROOM, new Destination.Elsewhere(new RoomName("far away"))));
        simulation.runForMs(100);
        assertThat(answers())
                .extracting(RequestResponse::getRequestId)
                .hasSize(20)
                .doesNotHaveDuplicates();
        assertThat(answers().getLast().getReason()).isEqualTo(RequestResponse.Reason.UNCLASSIFIED_ERROR);
        assertThat(alice.responses.getLast().hasLeave()).isTrue();
    }

    /** No room answers: a client that asks on and on is refused at some point. */
    @Test
    void changesThatNobodyAnswersAreCounted() {
        startBoth(Arrangement.SCATTERED);
        for (int i = 1; i <= 101; i++) {
            says(i);
        }
        simulation.runForMs(100);
        assertThat(answers()).hasSize(101);
        assertThat(answers().stream().filter(answer -> answer.getReason() == RequestResponse.Reason.LIMIT_EXCEEDED))
                .singleElement()
                .satisfies(answer -> assertThat(answer.getRequestId()).isEqualTo(101));
    }

    /** Said at each moment of the move. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void whoMayReceiveItsTracksHoldsAlsoIfItSaysSoOnItsWay(int afterMs) {
        startBoth(Arrangement.SCATTERED);
        SimulatedNode.Called called = move("alice", ROOM, HALL);
        simulation.runForMs(afterMs);
        node.request(
                alice,
                SignalRequest.newBuilder()
                        .setSubscriptionPermission(SubscriptionPermission.getDefaultInstance())
                        .build());
        succeeds(called);
        simulation.runForMs(200);
        long before = frames(carol, alice);
        simulation.runForMs(300);
        assertThat(carol.knows(alice.cameraSid())).isTrue();
        assertThat(frames(carol, alice)).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whoMayReceiveItsTracksStaysAsItWas(Arrangement arrangement) {
        startBoth(arrangement);
        node.request(
                alice,
                SignalRequest.newBuilder()
                        .setSubscriptionPermission(SubscriptionPermission.getDefaultInstance())
                        .build());
        simulation.runForMs(100);
        succeeds(move("alice", ROOM, HALL));
        simulation.runForMs(1_000);
        assertThat(carol.knows(alice.cameraSid())).isTrue();
        assertThat(frames(carol, alice)).isZero();
    }

    /** What it says last the room that it leaves does not hear any more. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whomItShutsOutWhileItGoesStaysOut(Arrangement arrangement) {
        startBoth(arrangement);
        move("alice", ROOM, HALL);
        simulation.runUntil("alice goes", 1_000, () -> !identities(ROOM).contains("alice"));
        node.request(
                alice,
                SignalRequest.newBuilder()
                        .setSubscriptionPermission(SubscriptionPermission.getDefaultInstance())
                        .build());
        simulation.runForMs(1_000);
        assertThat(carol.knows(alice.cameraSid())).isTrue();
        long before = frames(carol, alice);
        simulation.runForMs(1_000);
        assertThat(frames(carol, alice)).isEqualTo(before);
    }

    /** The room that it goes to is on another node: it gets a token for it, and is sent there. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void toAnotherNodeItIsSentWithATokenForTheRoom(Arrangement arrangement) {
        startBoth(arrangement);
        String sid = alice.sid.value();
        succeeds(move("alice", ROOM, new Destination.Elsewhere(new RoomName("far away"))));
        simulation.runForMs(100);
        assertThat(alice.tokenRoom).isEqualTo(new RoomName("far away"));
        LeaveRequest leave = alice.responses.getLast().getLeave();
        assertThat(leave.getReason()).isEqualTo(DisconnectReason.MIGRATION);
        assertThat(leave.getAction()).isEqualTo(LeaveRequest.Action.RECONNECT);
        assertThat(alice.isClosed).isTrue();
        assertThat(bob.others).isEmpty();
        Trails.Trail trail = Objects.requireNonNull(node.findTrail(ROOM, "alice", sid));
        assertThat(trail.to()).as("for one that did not hear of it").isEqualTo(new RoomName("far away"));
        assertThat(trail.seat()).isNull();
        alice.media.close();
        alice.downlink.close();
        allLeave(bob, carol);
    }

    /** Whoever goes before its place is given is not moved, and the call says so. */
    @Test
    void whoLeavesMeanwhileIsNotMoved() {
        startBoth(Arrangement.SCATTERED);
        SimulatedNode.Called called = move("alice", ROOM, HALL);
        node.call(
                ROOM, RoomParticipantIdentity.newBuilder().setIdentity("alice").build());
        assertThat(refusal(called)).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(identities(HALL)).containsExactly("carol");
    }

    /** What two shards say to each other is lost: the call fails, and nothing is left of it. */
    @Test
    void aPlaceThatNobodyHearsOfIsNotTaken() {
        startBoth(Arrangement.SCATTERED);
        node.call(HALL, CreateRoomRequest.newBuilder().setMaxParticipants(2).build());
        SimulatedNode.Called called = move("alice", ROOM, HALL);
        node.losesMessages = true; // the question was sent, the answer is not
        assertThat(refusal(called)).isEqualTo(ErrorCode.UNAVAILABLE);
        node.losesMessages = false;
        assertThat(identities(ROOM)).contains("alice");
        assertThat(refusal(move("bob", ROOM, HALL))).as("hers is kept").isEqualTo(ErrorCode.RESOURCE_EXHAUSTED);
        simulation.runForMs(5_000);
        succeeds(move("bob", ROOM, HALL));
        assertThat(identities(HALL)).containsExactly("carol", "bob");
    }

    @Test
    void whoIsMovedAgainHasThePlaceThatIsKeptForIt() {
        startBoth(Arrangement.SCATTERED);
        node.call(HALL, rejecting().toBuilder().setMaxParticipants(2).build());
        SimulatedNode.Called called = move("alice", ROOM, HALL);
        node.losesMessages = true;
        assertThat(refusal(called)).isEqualTo(ErrorCode.UNAVAILABLE);
        node.losesMessages = false;
        succeeds(move("alice", ROOM, HALL));
        assertThat(identities(HALL)).containsExactly("carol", "alice");
    }

    @Test
    void aRoomThatEndsMeanwhileIsMadeAnew() {
        startBoth(Arrangement.SCATTERED);
        RoomView before = Objects.requireNonNull(node.views.get(HALL));
        SimulatedNode.Called called = move("alice", ROOM, HALL);
        simulation.runForMs(1);
        node.call(HALL, DeleteRoomRequest.getDefaultInstance());
        succeeds(called);
        assertThat(identities(HALL)).containsExactly("alice");
        assertThat(Objects.requireNonNull(node.views.get(HALL)).room().getSid())
                .isNotEqualTo(before.room().getSid());
    }
}
