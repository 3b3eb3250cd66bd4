// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.RoomName;
import io.parley.testkit.SimulatedNetwork.Link;
import java.util.List;
import java.util.Objects;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.TrackInfo;
import livekit.LivekitModels.TrackSource;
import livekit.LivekitModels.VideoQuality;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRoom.DeleteRoomRequest;
import livekit.LivekitRoom.ForwardParticipantRequest;
import livekit.LivekitRoom.MoveParticipantRequest;
import livekit.LivekitRoom.MuteRoomTrackRequest;
import livekit.LivekitRoom.RoomParticipantIdentity;
import livekit.LivekitRoom.UpdateParticipantRequest;
import livekit.LivekitRtc.SignalRequest;
import livekit.LivekitRtc.SignalResponse;
import livekit.LivekitRtc.SubscriptionPermission;
import livekit.LivekitRtc.UpdateTrackSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Participants whose tracks a server has seen in another room, too. */
class ForwardSimTest extends TwoInARoom {
    private static final RoomName ROOM = new RoomName("room");
    private static final RoomName HALL = new RoomName("hall");

    private SimulatedParticipant carol;

    /** Alice publishes three layers to bob in the room; carol publishes in the hall, whose home may be on another shard. */
    private void startBoth(Arrangement arrangement) {
        node = new SimulatedNode(simulation, Link.PERFECT, arrangement);
        if (arrangement.isScattered) {
            node.homeShards.put(HALL, 2);
        }
        alice = node.participant("alice").joinWithSimulcast("room");
        bob = node.participant("bob").joinWatching("room");
        carol = node.participant("carol").joinPublishing("hall");
        simulation.runUntil(
                "bob sees alice",
                10_000,
                () -> bob.sees(alice, 5) && !carol.cameraSid().isEmpty());
        simulation.runForMs(2_000);
    }

    private SimulatedNode.Called forward(String identity, RoomName from, RoomName to) {
        return node.transfer(from, request(identity), node.here(to));
    }

    private static Message request(String identity) {
        return ForwardParticipantRequest.newBuilder().setIdentity(identity).build();
    }

    private List<ParticipantInfo> participants(RoomName room) {
        return Objects.requireNonNull(node.views.get(room)).participants();
    }

    private void carolSeesAlice() {
        long before = frames(carol);
        simulation.runUntil("carol sees alice", 5_000, () -> frames(carol) >= before + 10);
    }

    private void carolSeesNoMore() {
        simulation.runForMs(300);
        assertThat(carol.others).doesNotContainKey("alice");
        long before = frames(carol);
        simulation.runForMs(1_000);
        assertThat(frames(carol)).isEqualTo(before);
        long bobs = frames(bob);
        simulation.runUntil("bob sees alice still", 5_000, () -> frames(bob) >= bobs + 10);
    }

    private long frames(SimulatedParticipant viewer) {
        var received = viewer.downlink.received(alice.cameraSid());
        return received == null ? 0 : received.frames();
    }

    private ParticipantInfo ofAlice() {
        return Objects.requireNonNull(carol.others.get("alice"));
    }

    private UpdateTrackSettings.Builder camera() {
        return UpdateTrackSettings.newBuilder().addTrackSids(alice.cameraSid());
    }

    private void freed() {
        simulation.runForMs(30_000);
        assertThat(node.leftOvers()).as("seats, homes, tracks, routes, ciphers").isZero();
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void itsTracksArriveInTheOtherRoomAsThoseOfAParticipant(Arrangement arrangement) {
        startBoth(arrangement);
        int peers = node.openedPeers;
        succeeds(forward("alice", ROOM, HALL));
        assertThat(participants(HALL))
                .as("to who reads next")
                .extracting(ParticipantInfo::getIdentity)
                .containsExactly("carol", "alice");
        carolSeesAlice();
        simulation.runUntil("alice is heard", 2_000, () -> carol.hears(alice, 20));
        assertThat(ofAlice().getKindDetailsList()).containsExactly(ParticipantInfo.KindDetail.FORWARDED);
        assertThat(ofAlice().getSid()).as("in the hall").isNotEqualTo(alice.sid.value());
        assertThat(ofAlice().getState()).isEqualTo(ParticipantInfo.State.ACTIVE);
        assertThat(alice.others).as("she is where she was").containsOnlyKeys("bob");
        assertThat(frames(bob)).isPositive();
        assertThat(alice.responses.stream().filter(SignalResponse::hasRoomMoved))
                .isEmpty();
        assertThat(node.openedPeers).isEqualTo(peers);
        simulation.runUntil(
                "both see the best layer", 5_000, () -> carol.layerSeen(alice) == 2 && bob.layerSeen(alice) == 2);
        alice.leave();
        bob.leave();
        carol.leave();
        freed();
    }

    /** Demand and key frame requests of the other room reach the publisher. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void layersFollowTheSettingsOfEachViewer(Arrangement arrangement) {
        startBoth(arrangement);
        succeeds(forward("alice", ROOM, HALL));
        simulation.runUntil("the best layer", 5_000, () -> carol.layerSeen(alice) == 2);
        for (VideoQuality quality : new VideoQuality[] {VideoQuality.LOW, VideoQuality.MEDIUM, VideoQuality.HIGH}) {
            carol.request(camera().setQuality(quality));
            simulation.runUntil("the layer", 3_000, () -> carol.layerSeen(alice) == quality.getNumber());
            assertThat(bob.layerSeen(alice)).isEqualTo(2);
        }
        assertThat(carol.video(alice).missing()).isZero();
        SimulatedParticipant late = node.participant("late").joinWatching("hall");
        simulation.runUntil("who joins later sees alice at once", 3_000, () -> late.layerSeen(alice) == 2);
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whatChangesOfItChangesThereToo(Arrangement arrangement) {
        startBoth(arrangement);
        succeeds(forward("alice", ROOM, HALL));
        carolSeesAlice();
        node.call(
                ROOM,
                UpdateParticipantRequest.newBuilder()
                        .setIdentity("alice")
                        .setName("Alice")
                        .setMetadata("m")
                        .build());
        alice.mute(alice.cameraSid(), true);
        simulation.runForMs(100);
        assertThat(ofAlice().getName()).isEqualTo("Alice");
        assertThat(ofAlice().getMetadata()).isEqualTo("m");
        assertThat(ofAlice().getTracksList().stream().filter(TrackInfo::getMuted))
                .hasSize(1);
        alice.mute(alice.cameraSid(), false);
        node.request(
                alice,
                SignalRequest.newBuilder()
                        .setSubscriptionPermission(SubscriptionPermission.getDefaultInstance())
                        .build());
        simulation.runForMs(300);
        long before = frames(carol);
        simulation.runForMs(1_000);
        assertThat(frames(carol)).as("without alice's permission").isEqualTo(before);
        node.request(
                alice,
                SignalRequest.newBuilder()
                        .setSubscriptionPermission(
                                SubscriptionPermission.newBuilder().setAllParticipants(true))
                        .build());
        carolSeesAlice();
        node.call(
                ROOM,
                UpdateParticipantRequest.newBuilder()
                        .setIdentity("alice")
                        .setPermission(node.permission.toBuilder().addCanPublishSources(TrackSource.MICROPHONE))
                        .build());
        simulation.runUntil("the camera is gone", 2_000, () -> ofAlice().getTracksCount() == 1);
        assertThat(carol.knows(alice.cameraSid())).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whatIsPublishedAfterwardsIsSeenToo(Arrangement arrangement) {
        start(arrangement);
        if (arrangement.isScattered) {
            node.homeShards.put(HALL, 2);
        }
        carol = node.participant("carol").joinWatching("hall");
        simulation.runForMs(1_000);
        SimulatedParticipant dave = node.participant("dave").joinPublishing("room");
        simulation.runUntil("dave is in the room", 2_000, () -> alice.others.containsKey("dave"));
        succeeds(forward("dave", ROOM, HALL));
        simulation.runUntil("carol sees dave", 5_000, () -> carol.sees(dave, 10));
        assertThat(dave.responses.stream()
                        .filter(SignalResponse::hasTrackSubscribed)
                        .map(response -> response.getTrackSubscribed().getTrackSid()))
                .as("tracks that somebody receives")
                .contains(dave.cameraSid());
        assertThat(node.events.stream()
                        .filter(event -> event.stamp().room().getName().equals("hall"))
                        .map(event -> event.getClass().getSimpleName())
                        .filter(name -> name.startsWith("Track")))
                .containsExactly("TrackPublished", "TrackPublished");
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void twiceIsOnce(Arrangement arrangement) {
        startBoth(arrangement);
        SimulatedNode.Called first = forward("alice", ROOM, HALL);
        SimulatedNode.Called second = forward("alice", ROOM, HALL);
        succeeds(first);
        succeeds(second);
        succeeds(forward("alice", ROOM, HALL));
        assertThat(participants(HALL)).hasSize(2);
        carolSeesAlice();
        assertThat(node.events.stream()
                        .filter(event -> event.stamp().room().getName().equals("hall"))
                        .filter(event -> event.getClass().getSimpleName().equals("ParticipantJoined")))
                .as("carol and alice")
                .hasSize(2);
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void twoThatAskAtOnceAreBothRefusedAndMayAskAgain(Arrangement arrangement) {
        startBoth(arrangement);
        node.call(HALL, CreateRoomRequest.newBuilder().setMaxParticipants(1).build());
        SimulatedNode.Called first = forward("alice", ROOM, HALL);
        SimulatedNode.Called second = forward("alice", ROOM, HALL);
        assertThat(refusal(first)).isEqualTo(ErrorCode.RESOURCE_EXHAUSTED);
        assertThat(refusal(second)).isEqualTo(ErrorCode.RESOURCE_EXHAUSTED);
        node.call(HALL, CreateRoomRequest.newBuilder().setMaxParticipants(2).build());
        succeeds(forward("alice", ROOM, HALL));
        carolSeesAlice();
    }

    /** The call is said again, and nobody hears it: what was there stays. */
    @Test
    void aRepetitionThatGetsLostEndsNothing() {
        startBoth(Arrangement.SCATTERED);
        succeeds(forward("alice", ROOM, HALL));
        carolSeesAlice();
        node.losesMessages = true;
        SimulatedNode.Called again = forward("alice", ROOM, HALL);
        simulation.runForMs(3_000);
        node.losesMessages = false;
        assertThat(again.refusal).isNull();
        assertThat(participants(HALL)).extracting(ParticipantInfo::getIdentity).contains("alice");
        carolSeesAlice();
        alice.leave();
        simulation.runUntil("alice is gone", 2_000, () -> !carol.others.containsKey("alice"));
    }

    /** It was removed there in the same moment: the room must not show one that nobody ends. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whatIsRemovedWhileItIsAskedForAgainIsNotLeftBehind(Arrangement arrangement) {
        startBoth(arrangement);
        succeeds(forward("alice", ROOM, HALL));
        carolSeesAlice();
        node.call(
                HALL, RoomParticipantIdentity.newBuilder().setIdentity("alice").build());
        SimulatedNode.Called again = forward("alice", ROOM, HALL);
        simulation.runForMs(100);
        assertThat(again.answer).isNotNull();
        alice.leave();
        simulation.runForMs(1_000);
        assertThat(participants(HALL)).extracting(ParticipantInfo::getIdentity).containsExactly("carol");
        bob.leave();
        carol.leave();
        freed();
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void itEndsWhenTheParticipantLeavesItsRoom(Arrangement arrangement) {
        startBoth(arrangement);
        succeeds(forward("alice", ROOM, HALL));
        carolSeesAlice();
        alice.leave();
        simulation.runUntil("alice is gone", 2_000, () -> !carol.others.containsKey("alice"));
        assertThat(participants(HALL)).hasSize(1);
        bob.leave();
        carol.leave();
        freed();
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void itEndsWhenTheParticipantIsMovedOrItsRoomDeleted(Arrangement arrangement) {
        startBoth(arrangement);
        RoomName attic = new RoomName("attic");
        succeeds(forward("alice", ROOM, HALL));
        carolSeesAlice();
        succeeds(node.transfer(
                ROOM, MoveParticipantRequest.newBuilder().setIdentity("alice").build(), node.here(attic)));
        simulation.runUntil("alice is gone", 2_000, () -> !carol.others.containsKey("alice"));
        succeeds(forward("alice", attic, HALL));
        carolSeesAlice();
        node.call(attic, DeleteRoomRequest.getDefaultInstance());
        simulation.runUntil("alice is gone again", 2_000, () -> !carol.others.containsKey("alice"));
        alice.media.close();
        alice.downlink.close();
        bob.leave();
        carol.leave();
        freed();
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void itEndsWhereItIsRemovedAndMayBeginAgain(Arrangement arrangement) {
        startBoth(arrangement);
        succeeds(forward("alice", ROOM, HALL));
        carolSeesAlice();
        assertThat(node.call(
                                HALL,
                                RoomParticipantIdentity.newBuilder()
                                        .setIdentity("alice")
                                        .build())
                        .refusal)
                .isNull();
        carolSeesNoMore();
        assertThat(participants(ROOM)).hasSize(2);
        succeeds(forward("alice", ROOM, HALL));
        carolSeesAlice();
        node.call(HALL, DeleteRoomRequest.getDefaultInstance());
        simulation.runForMs(100);
        succeeds(forward("alice", ROOM, HALL));
        assertThat(participants(HALL)).hasSize(1);
        simulation.runForMs(30_000);
        assertThat(participants(HALL)).as("it keeps the room open").hasSize(1);
        alice.leave();
        bob.leave();
        carol.media.close();
        carol.downlink.close();
        freed();
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whoJoinsUnderItsIdentityTakesItsPlace(Arrangement arrangement) {
        startBoth(arrangement);
        succeeds(forward("alice", ROOM, HALL));
        carolSeesAlice();
        SimulatedParticipant real = node.participant("alice").joinPublishing("hall");
        simulation.runUntil("carol sees the real one", 5_000, () -> carol.sees(real, 10));
        assertThat(ofAlice().getSid()).isEqualTo(real.sid.value());
        assertThat(ofAlice().getKindDetailsList()).isEmpty();
        assertThat(refusal(forward("alice", ROOM, HALL))).isEqualTo(ErrorCode.ALREADY_EXISTS);
        assertThat(carol.sees(real, 10)).isTrue();
        real.leave();
        simulation.runUntil("the real one is gone", 2_000, () -> !carol.others.containsKey("alice"));
        succeeds(forward("alice", ROOM, HALL));
        carolSeesAlice();
    }

    /** Moved to where it is forwarded, it is there itself. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whoIsMovedToWhereItIsForwardedIsThereOnce(Arrangement arrangement) {
        startBoth(arrangement);
        succeeds(forward("alice", ROOM, HALL));
        carolSeesAlice();
        succeeds(node.transfer(
                ROOM, MoveParticipantRequest.newBuilder().setIdentity("alice").build(), node.here(HALL)));
        simulation.runForMs(100);
        assertThat(participants(HALL)).hasSize(2);
        carolSeesAlice();
        assertThat(ofAlice().getSid()).isEqualTo(alice.sid.value());
        assertThat(ofAlice().getKindDetailsList()).isEmpty();
        alice.leave();
        bob.leave();
        carol.leave();
        freed();
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whatCannotBeIsRefused(Arrangement arrangement) {
        startBoth(arrangement);
        assertThat(refusal(forward("nobody", ROOM, HALL))).isEqualTo(ErrorCode.NOT_FOUND);
        node.call(HALL, CreateRoomRequest.newBuilder().setMaxParticipants(1).build());
        assertThat(refusal(forward("alice", ROOM, HALL))).isEqualTo(ErrorCode.RESOURCE_EXHAUSTED);
        node.call(HALL, CreateRoomRequest.newBuilder().setMaxParticipants(2).build());
        succeeds(forward("alice", ROOM, HALL));
        carolSeesAlice();
        RoomName attic = new RoomName("attic");
        List<SimulatedNode.Called> refused = List.of(
                forward("alice", HALL, attic),
                node.transfer(
                        HALL,
                        MoveParticipantRequest.newBuilder().setIdentity("alice").build(),
                        node.here(attic)),
                node.call(
                        HALL,
                        UpdateParticipantRequest.newBuilder()
                                .setIdentity("alice")
                                .setName("x")
                                .build()),
                node.call(
                        HALL,
                        MuteRoomTrackRequest.newBuilder()
                                .setIdentity("alice")
                                .setTrackSid(alice.cameraSid())
                                .setMuted(true)
                                .build()));
        refused.forEach(called -> assertThat(refusal(called)).isEqualTo(ErrorCode.FAILED_PRECONDITION));
        carolSeesAlice();
        for (int i = 1; i < 64; i++) {
            succeeds(forward("alice", ROOM, new RoomName("room" + i)));
        }
        assertThat(refusal(forward("alice", ROOM, attic))).isEqualTo(ErrorCode.RESOURCE_EXHAUSTED);
    }

    /** Nobody says anything in the hall to one who is not there. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void itHearsNothingOfTheOtherRoom(Arrangement arrangement) {
        startBoth(arrangement);
        succeeds(forward("alice", ROOM, HALL));
        carolSeesAlice();
        int before = alice.responses.size();
        carol.say("hello", List.of());
        carol.say("hello alice", List.of("alice"));
        SimulatedParticipant late = node.participant("late").joinWatching("hall");
        simulation.runUntil("late sees alice", 5_000, () -> late.sees(alice, 5));
        assertThat(alice.heardCount()).isZero();
        assertThat(alice.responses.subList(before, alice.responses.size()).stream()
                        .filter(response -> response.hasUpdate() || response.hasLeave()))
                .isEmpty();
        alice.say("hello", List.of());
        simulation.runUntil("bob hears", 2_000, () -> bob.heardCount() == 1);
        assertThat(carol.heardCount()).isZero();
    }

    /** A room whose messages were lost between shards can't say what is forwarded: both forget it. */
    @Test
    void lostMessagesBetweenTheHomesEndIt() {
        startBoth(Arrangement.SCATTERED);
        succeeds(forward("alice", ROOM, HALL));
        carolSeesAlice();
        node.losesMessages = true;
        node.call(
                ROOM,
                UpdateParticipantRequest.newBuilder()
                        .setIdentity("alice")
                        .setName("x")
                        .build());
        node.tellOfLosses();
        simulation.runUntil("alice is gone", 2_000, () -> !carol.others.containsKey("alice"));
        assertThat(participants(HALL)).extracting(ParticipantInfo::getIdentity).doesNotContain("alice");
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whyItLeftIsToldThere(Arrangement arrangement) {
        startBoth(arrangement);
        succeeds(forward("alice", ROOM, HALL));
        carolSeesAlice();
        node.call(
                ROOM, RoomParticipantIdentity.newBuilder().setIdentity("alice").build());
        simulation.runUntil("alice is gone", 2_000, () -> !carol.others.containsKey("alice"));
        assertThat(carol.responses.stream()
                        .filter(SignalResponse::hasUpdate)
                        .toList()
                        .getLast()
                        .getUpdate()
                        .getParticipants(0)
                        .getDisconnectReason())
                .isEqualTo(DisconnectReason.PARTICIPANT_REMOVED);
    }
}
