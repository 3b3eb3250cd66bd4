// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.api.id.RoomName;
import io.parley.engine.seat.SeatDump;
import io.parley.engine.shard.Shard;
import io.parley.engine.track.LayerDump;
import io.parley.testkit.Choices;
import io.parley.testkit.ScriptedClient;
import io.parley.testkit.SimulatedNetwork.Link;
import io.parley.testkit.Simulation;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import livekit.LivekitModels.DataPacket;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRoom.DeleteRoomRequest;
import livekit.LivekitRoom.RoomParticipantIdentity;
import livekit.LivekitRtc.LeaveRequest;
import livekit.LivekitRtc.SignalResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole rooms in virtual time; each also with the seats on other shards than the home. */
class RoomSimTest {
    private static SimulatedNode node(long seed, Link link, Arrangement arrangement) {
        return new SimulatedNode(new Simulation(Choices.ofSeed(seed)), link, arrangement);
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void twoParticipantsGetEveryPacketOfEachOtherOnAPerfectLink(Arrangement arrangement) {
        SimulatedNode node = node(1, Link.PERFECT, arrangement);
        SimulatedParticipant alice = node.participant("alice").joinPublishing("room");
        SimulatedParticipant bob = node.participant("bob").joinPublishing("room");
        alice.downlink.expectsEveryNumberInTurn = true;
        bob.downlink.expectsEveryNumberInTurn = true;
        node.simulation.runUntil(
                "media both ways",
                3000,
                () -> alice.sees(bob, 10) && bob.sees(alice, 10) && alice.hears(bob, 20) && bob.hears(alice, 20));
        node.simulation.runForMs(5000);
        for (ScriptedClient.Received received : bob.downlink.received()) {
            assertThat(received.missing()).isZero();
        }
        assertThat(bob.video(alice).frames()).isGreaterThan(150);
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void clientsThatNeedAFullIceAgentGetOne(Arrangement arrangement) {
        SimulatedNode node = node(11, Link.PERFECT, arrangement);
        node.fullIce = true;
        SimulatedParticipant alice = node.participant("alice").joinPublishing("room");
        SimulatedParticipant bob = node.participant("bob").joinPublishing("room");
        node.simulation.runUntil("media both ways", 3000, () -> alice.sees(bob, 10) && bob.sees(alice, 10));
        node.simulation.runForMs(40_000); // consent is kept by both sides' checks
        assertThat(bob.others).containsKey("alice");
    }

    /** Before protocol 3 the publisher connection is the primary one, and data goes both ways over it. */
    @Test
    void oldClientsHearDataOnTheConnectionThatTheyPublishOn() {
        SimulatedNode node = node(27, Link.PERFECT, Arrangement.ONE_SHARD_TWO_CONNECTIONS);
        node.protocol = 2;
        SimulatedParticipant alice = node.participant("alice").joinPublishing("room");
        SimulatedParticipant bob = node.participant("bob").joinPublishing("room");
        node.simulation.runUntil("media both ways", 3000, () -> alice.sees(bob, 10) && bob.sees(alice, 10));
        alice.say("hello", List.of());
        node.simulation.runUntil("data", 3000, () -> bob.media.data.containsKey("_reliable"));
        assertThat(bob.responses.getFirst().getJoin().getSubscriberPrimary()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void retransmissionClosesTheGapsOfARoughLink(Arrangement arrangement) {
        SimulatedNode node = node(2, Link.ROUGH, arrangement);
        SimulatedParticipant alice = node.participant("alice").joinPublishing("room");
        SimulatedParticipant bob = node.participant("bob").joinWatching("room");
        node.simulation.runUntil("video", 20_000, () -> bob.sees(alice, 10));
        node.simulation.runForMs(20_000);
        ScriptedClient.Received video = bob.video(alice);
        assertThat(video.packets).isGreaterThan(600);
        alice.media.sent().forEach(track -> track.isMuted = true);
        node.simulation.runForMs(2_000); // for what was lost last
        assertThat(video.missing()).isZero();
    }

    /** Audio has no RTX: what is lost comes again as it was, under the nonce that it had. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void lostAudioIsSentAgain(Arrangement arrangement) {
        SimulatedNode node = node(33, new Link(5, 0, 10, 5), arrangement);
        SimulatedParticipant alice = node.participant("alice").joinPublishing("room");
        SimulatedParticipant bob = node.participant("bob").joinWatching("room");
        node.simulation.runUntil("audio", 20_000, () -> bob.hears(alice, 10));
        node.simulation.runForMs(20_000);
        alice.media.sent().forEach(track -> track.isMuted = true);
        node.simulation.runForMs(2_000);
        ScriptedClient.Received audio = bob.downlink.received(alice.trackSidByCid.get("alice-mic"));
        assertThat(audio.packets).isGreaterThan(1000);
        assertThat(audio.missing()).isZero();
    }

    /** RFC 3611: who sends nothing has no sender reports to measure with. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whoOnlyReceivesLearnsTheRoundTripFromExtendedReports(Arrangement arrangement) {
        SimulatedNode node = node(26, new Link(0, 0, 10, 0), arrangement);
        SimulatedParticipant alice = node.participant("alice").joinPublishing("room");
        SimulatedParticipant bob = node.participant("bob").joinWatching("room");
        node.simulation.runUntil("video", 5_000, () -> bob.sees(alice, 5));
        node.simulation.runForMs(20_000);
        assertThat(bob.downlink.rttNs() / 1_000_000).isBetween(19L, 22L);
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aLateJoinerStartsWithAKeyFrameAskedForOnce(Arrangement arrangement) {
        SimulatedNode node = node(3, Link.PERFECT, arrangement);
        SimulatedParticipant alice = node.participant("alice").joinPublishing("room");
        node.simulation.runForMs(3000);
        long before = alice.media.sent().getLast().keyFrames();
        SimulatedParticipant bob = node.participant("bob").joinWatching("room");
        node.simulation.runUntil("video", 1000, () -> bob.sees(alice, 1));
        node.simulation.runForMs(3000);
        assertThat(alice.media.sent().getLast().keyFrames() - before).isEqualTo(1);
    }

    /** What the debug endpoint tells of one track, at its publisher and at a subscriber. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void dumpsTellHowFarATrackCame(Arrangement arrangement) {
        SimulatedNode node = node(34, Link.PERFECT, arrangement);
        SimulatedParticipant alice = node.participant("alice").joinPublishing("room");
        SimulatedParticipant bob = node.participant("bob").joinWatching("room");
        node.simulation.runUntil("video", 3_000, () -> bob.sees(alice, 10));
        bob.downlink.requestKeyFrame(alice.cameraSid());
        node.simulation.runForMs(3_000);
        SeatDump.Published camera = dump(node, alice).published().getLast();
        LayerDump up = camera.layers().getFirst();
        assertThat(up.packets()).isEqualTo(camera.packetsByLayer().getFirst());
        assertThat(up.keyFrames()).isEqualTo(alice.camera().keyFrames());
        SeatDump.Subscribed seen = subscribed(node, bob, alice);
        LayerDump here = seen.layers().getFirst();
        assertThat(seen.state()).isEqualTo("FORWARDING");
        assertThat(seen.heard()).isTrue();
        assertThat(seen.sent()).isBetween(here.packets() - 40, here.packets()); // not what came before a key frame
        assertThat(seen.keyFrameRequests()).isPositive();
        assertThat(here.keyFramesAsked()).isBetween(1L, up.keyFramesAsked());
        assertThat(dump(node, bob).awaitsDescription()).isFalse();
        bob.subscribe(alice.cameraSid(), false);
        node.simulation.runForMs(100);
        assertThat(subscribed(node, bob, alice).state()).isEqualTo("IDLE");
    }

    private static SeatDump dump(SimulatedNode node, SimulatedParticipant participant) {
        return node.shards.stream()
                .flatMap(shard -> shard.dump().stream())
                .filter(seat -> seat.identity().equals(participant.identity))
                .findFirst()
                .orElseThrow();
    }

    private static SeatDump.Subscribed subscribed(
            SimulatedNode node, SimulatedParticipant who, SimulatedParticipant publisher) {
        return dump(node, who).subscribed().stream()
                .filter(track -> track.sid().equals(publisher.cameraSid()))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aRoomOfTenAsksForTheSectionsItNeeds(Arrangement arrangement) {
        SimulatedNode node = node(4, Link.PERFECT, arrangement);
        List<SimulatedParticipant> all = java.util.stream.IntStream.range(0, 10)
                .mapToObj(i -> node.participant("p" + i).joinPublishing("room"))
                .toList();
        all.forEach(participant -> participant.downlink.expectsEveryNumberInTurn = true);
        node.simulation.runUntil(
                "everybody sees everybody",
                10_000,
                () -> all.stream()
                        .allMatch(viewer -> all.stream()
                                .allMatch(other ->
                                        viewer == other || (viewer.sees(other, 5) && viewer.hears(other, 5)))));
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void unsubscribingStopsAndSubscribingGoesOn(Arrangement arrangement) {
        SimulatedNode node = node(5, Link.PERFECT, arrangement);
        SimulatedParticipant alice = node.participant("alice").joinPublishing("room");
        SimulatedParticipant bob = node.participant("bob").joinWatching("room");
        node.simulation.runUntil("video", 3000, () -> bob.sees(alice, 5));
        String camera = alice.trackSidByCid.get("alice-cam");
        bob.subscribe(camera, false);
        node.simulation.runForMs(500);
        assertThat(bob.downlink.received(camera)).isNull();
        bob.subscribe(camera, true);
        node.simulation.runUntil("video again", 3000, () -> bob.sees(alice, 5));
    }

    /** A signal socket breaks, or the service that held it dies: the call goes on, and the client comes back to it. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aClientResumesWithANewSignalStreamAndNothingStops(Arrangement arrangement) {
        resumesAndNothingStops(node(28, Link.PERFECT, arrangement));
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aClientOfAFullIceAgentResumesToo(Arrangement arrangement) {
        SimulatedNode node = node(32, Link.PERFECT, arrangement);
        node.fullIce = true;
        resumesAndNothingStops(node);
    }

    private static void resumesAndNothingStops(SimulatedNode node) {
        SimulatedParticipant alice = node.participant("alice").joinPublishing("room");
        SimulatedParticipant bob = node.participant("bob").joinPublishing("room");
        SimulatedParticipant carol = node.participant("carol").joinWatching("room");
        node.simulation.runUntil(
                "media", 5_000, () -> alice.sees(bob, 5) && bob.sees(alice, 5) && bob.others.containsKey("carol"));
        bob.say("first", List.of());
        bob.loseSignal();
        node.simulation.runForMs(2_000);
        carol.leave();
        SimulatedParticipant dave = node.participant("dave").joinPublishing("room");
        node.simulation.runForMs(2_000);
        assertThat(bob.others).as("bob hears nothing").containsOnlyKeys("alice", "carol");
        assertThat(alice.others).as("bob is still there").containsKey("bob");

        bob.resume("room");
        node.simulation.runUntil("the newcomer's video", 5_000, () -> bob.sees(dave, 5));
        assertThat(bob.resumed).isTrue();
        assertThat(bob.responses.getFirst().getReconnect().getLastMessageSeq()).isEqualTo(1);
        assertThat(bob.others).containsOnlyKeys("alice", "dave");
        List<String> all = bob.responses.get(2).getUpdate().getParticipantsList().stream()
                .map(ParticipantInfo::getIdentity)
                .toList();
        assertThat(all).containsExactlyInAnyOrder("alice", "bob", "dave");
        assertThat(bob.responses.get(3).hasRoomUpdate()).isTrue();

        long seen = bob.video(alice).frames();
        node.simulation.runForMs(20_000); // longer than consent without the new credentials would last
        assertThat(bob.video(alice).frames() - seen).isGreaterThan(500);
        assertThat(bob.video(alice).missing()).isZero();
        assertThat(alice.video(bob).missing()).isZero();
        assertThat(alice.others).containsKey("bob");
    }

    /** Clients build on it what follows: an update before it was lost, or taken for one of the broken connection (LiveKit #4827). */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void nothingIsSaidToAClientThatResumesBeforeItsReconnect(Arrangement arrangement) {
        SimulatedNode node = node(33, Link.PERFECT, arrangement);
        SimulatedParticipant alice = node.participant("alice").joinPublishing("room");
        SimulatedParticipant bob = node.participant("bob").joinPublishing("room");
        node.simulation.runUntil("media", 5_000, () -> alice.sees(bob, 5) && bob.sees(alice, 5));
        for (int i = 0; i < 20; i++) {
            bob.loseSignal();
            node.simulation.runForMs(100);
            bob.resume("room");
            for (int change = 0; change < 20; change++) {
                alice.mute(alice.cameraSid(), change % 2 == 0);
                bob.mute("TR_unknown", true); // which is answered
                node.simulation.runForMs(1);
            }
            node.simulation.runForMs(500);
            assertThat(bob.responses.getFirst().hasReconnect()).isTrue();
            assertThat(bob.responses)
                    .as("and nothing was lost")
                    .filteredOn(SignalResponse::hasRequestResponse)
                    .hasSizeGreaterThan(15);
            assertThat(bob.responses)
                    .as("how things were does not follow how they are")
                    .flatExtracting(response -> response.getUpdate().getParticipantsList())
                    .filteredOn(info -> info.getIdentity().equals("alice"))
                    .extracting(ParticipantInfo::getVersion)
                    .isSorted();
        }
    }

    /** On a bad network the socket breaks before the handshake is over: the client comes back to its seat (LiveKit #4780). */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aClientWhoseSignalBreaksDuringItsHandshakeResumes(Arrangement arrangement) {
        SimulatedNode node = node(34, Link.PERFECT, arrangement);
        node.participant("alice").joinPublishing("room");
        SimulatedParticipant bob = node.participant("bob");
        bob.media.handshakeAfterMs = bob.downlink.handshakeAfterMs = 4_000;
        bob.joinPublishing("room");
        node.simulation.runForMs(2_000);
        bob.loseSignal();
        node.simulation.runForMs(1_000);
        assertThat(bob.media.isConnected || bob.downlink.isConnected).isFalse();
        bob.resume("room");
        node.simulation.runUntil("bob is back", 5_000, () -> bob.media.isConnected && bob.others.containsKey("alice"));
        assertThat(bob.resumed).isTrue();
        assertThat(bob.isClosed).isFalse();
    }

    /** Nobody is there: the seat need not wait for a client that never came near. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aClientWhoseSignalBreaksBeforeItWasReachedIsGone(Arrangement arrangement) {
        SimulatedNode node = node(35, Link.PERFECT, arrangement);
        SimulatedParticipant alice = node.participant("alice").joinPublishing("room");
        node.simulation.runForMs(1_000);
        SimulatedParticipant bob = node.participant("bob").joinPublishing("room");
        node.simulation.runUntil(
                "bob's seat is there",
                3_000,
                () -> node.shards.stream().mapToInt(Shard::seatCount).sum() == 2);
        bob.loseSignal();
        node.simulation.runForMs(1_000);
        assertThat(alice.others).isEmpty();
        assertThat(node.shards.stream().mapToInt(Shard::seatCount).sum()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aClientThatResumesBeforeItsOldStreamWasMissedStays(Arrangement arrangement) {
        SimulatedNode node = node(29, Link.PERFECT, arrangement);
        SimulatedParticipant alice = node.participant("alice").joinPublishing("room");
        SimulatedParticipant bob = node.participant("bob").joinPublishing("room");
        node.simulation.runUntil("media", 5_000, () -> alice.sees(bob, 5) && bob.sees(alice, 5));
        bob.resumeBeforeLoss("room");
        node.simulation.runForMs(5_000);
        assertThat(bob.isClosed).isFalse();
        alice.leave();
        node.simulation.runUntil("the new stream carries on", 3_000, () -> bob.others.isEmpty());
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whoIsNotThereAnyMoreCannotResume(Arrangement arrangement) {
        SimulatedNode node = node(30, Link.PERFECT, arrangement);
        node.participant("alice").joinPublishing("room");
        SimulatedParticipant bob = node.participant("bob");
        node.simulation.runForMs(1_000);
        bob.resume("room");
        node.simulation.runForMs(1_000);
        assertThat(bob.resumed).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whoWasInARoomThatAnotherNodeTookJoinsAfresh(Arrangement arrangement) {
        SimulatedNode node = node(31, Link.PERFECT, arrangement);
        SimulatedParticipant alice = node.participant("alice").joinPublishing("room");
        node.simulation.runForMs(1_000);
        RoomName name = new RoomName("room");
        node.onHome(shard -> shard.loseRoom(name, SimulatedNode.ROOM_EPOCH - 1));
        node.simulation.runForMs(1_000);
        assertThat(alice.isClosed).as("lost under an older claim").isFalse();
        node.onHome(shard -> shard.loseRoom(name, SimulatedNode.ROOM_EPOCH));
        node.simulation.runUntil("alice is told", 1_000, () -> alice.isClosed);
        assertThat(alice.responses.getLast().getLeave().getAction()).isEqualTo(LeaveRequest.Action.RECONNECT);
        assertThat(node.views).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void muteIsToldToTheOthers(Arrangement arrangement) {
        SimulatedNode node = node(6, Link.PERFECT, arrangement);
        SimulatedParticipant alice = node.participant("alice").joinPublishing("room");
        SimulatedParticipant bob = node.participant("bob").joinWatching("room");
        node.simulation.runUntil("video", 3000, () -> bob.sees(alice, 5));
        alice.mute(alice.trackSidByCid.get("alice-mic"), true);
        node.simulation.runUntil(
                "mute",
                1000,
                () -> bob.others.get("alice").getTracksList().stream().anyMatch(track -> track.getMuted()));
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void theSameIdentityAgainReplacesTheFirst(Arrangement arrangement) {
        SimulatedNode node = node(7, Link.PERFECT, arrangement);
        SimulatedParticipant watcher = node.participant("watcher").joinWatching("room");
        SimulatedParticipant first = node.participant("twin").joinPublishing("room");
        node.simulation.runUntil("video", 3000, () -> watcher.sees(first, 5));
        SimulatedParticipant second = node.participant("twin").joinPublishing("room");
        node.simulation.runUntil("video of the second", 3000, () -> watcher.sees(second, 5));
        assertThat(first.isClosed).isTrue();
        SignalResponse last = first.responses.getLast();
        assertThat(last.getLeave().getReason()).isEqualTo(DisconnectReason.DUPLICATE_IDENTITY);
        assertThat(watcher.others.get("twin").getSid()).isEqualTo(second.sid.value());
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whoeverVanishesIsGoneAfterTheConsentTimeout(Arrangement arrangement) {
        SimulatedNode node = node(8, Link.PERFECT, arrangement);
        SimulatedParticipant alice = node.participant("alice").joinPublishing("room");
        SimulatedParticipant bob = node.participant("bob").joinWatching("room");
        node.simulation.runUntil("video", 3000, () -> bob.sees(alice, 5));
        alice.vanish();
        node.simulation.runForMs(14_000);
        assertThat(bob.others).containsKey("alice");
        node.simulation.runUntil("alice is gone", 6_000, () -> !bob.others.containsKey("alice"));
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aClientMayChangeItsAddressWithoutAnIceRestart(Arrangement arrangement) {
        SimulatedNode node = node(9, Link.PERFECT, arrangement);
        SimulatedParticipant alice = node.participant("alice").joinPublishing("room");
        SimulatedParticipant bob = node.participant("bob").joinWatching("room");
        node.simulation.runUntil("video", 3000, () -> bob.sees(alice, 5));
        bob.downlink.moveTo(new InetSocketAddress("203.0.113.9", 40_000));
        node.simulation.runForMs(7_000); // its next check tells
        long frames = bob.video(alice).frames();
        node.simulation.runUntil("video at the new address", 2000, () -> bob.sees(alice, frames + 20));
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void nothingIsLeftOnceEverybodyIsGone(Arrangement arrangement) {
        SimulatedNode node = node(10, Link.PERFECT, arrangement);
        for (int round = 0; round < 3; round++) {
            SimulatedParticipant alice = node.participant("alice").joinPublishing("room");
            SimulatedParticipant bob = node.participant("bob").joinPublishing("room");
            node.simulation.runUntil("video", 5000, () -> bob.sees(alice, 5) && alice.sees(bob, 5));
            alice.leave();
            node.simulation.runUntil("alice is gone", 1000, () -> !bob.others.containsKey("alice"));
            bob.leave();
            node.simulation.runForMs(500);
        }
        node.simulation.runForMs(25_000); // the room outlives its last participant a while
        assertThat(node.leftOvers()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void theSameSeedGivesTheSameBytes(Arrangement arrangement) {
        assertThat(fingerprint(42, arrangement)).isEqualTo(fingerprint(42, arrangement));
        assertThat(fingerprint(42, arrangement)).isNotEqualTo(fingerprint(43, arrangement));
    }

    private static long fingerprint(long seed, Arrangement arrangement) {
        SimulatedNode node = node(seed, Link.ROUGH, arrangement);
        node.participant("alice").joinPublishing("room");
        node.participant("bob").joinPublishing("room");
        node.simulation.runForMs(4000);
        return node.simulation.fingerprint();
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void reliableDataComesOnceInOrderFromItsSenderAndOnlyToWhomItIsFor(Arrangement arrangement) {
        SimulatedNode node = node(20, new Link(5, 2, 10, 15), arrangement);
        List<SimulatedParticipant> all = Stream.of("alice", "bob", "carol")
                .map(identity -> node.participant(identity).joinWatching("room"))
                .toList();
        SimulatedParticipant alice = all.getFirst();
        node.simulation.runUntil("alice may speak", 10_000, () -> alice.say("first", List.of()));
        for (int i = 0; i < 100; i++) {
            alice.say("to all " + i, List.of());
            alice.say("to carol " + i, List.of("carol"));
            node.simulation.runForMs(5);
        }
        node.simulation.runUntil(
                "all of it",
                30_000,
                () -> all.get(1).heardCount() == 101 && all.get(2).heardCount() == 201);
        List<String> ofAlice =
                IntStream.range(0, 100).mapToObj(i -> "alice: to all " + i).toList();
        assertThat(all.get(1).heard().subList(1, 101)).isEqualTo(ofAlice);
        assertThat(all.get(2).heard().stream().filter(text -> text.contains("to carol")))
                .hasSize(100);
        assertThat(alice.heard()).as("nobody hears itself").isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aPacketThatWasSentAgainIsHeardOnce(Arrangement arrangement) {
        SimulatedNode node = node(21, Link.PERFECT, arrangement);
        SimulatedParticipant alice = node.participant("alice").joinWatching("room");
        SimulatedParticipant bob = node.participant("bob").joinWatching("room");
        node.simulation.runUntil("alice may speak", 5_000, () -> alice.say("one", List.of()));
        DataPacket two = alice.packet("two", List.of()).build();
        alice.send(two);
        alice.send(two);
        alice.say("three", List.of());
        node.simulation.runUntil("the last", 5_000, () -> bob.heard().contains("alice: three"));
        assertThat(bob.heard()).containsExactly("alice: one", "alice: two", "alice: three");
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whatWasSaidJustBeforeAJoinIsHeardByTheNewcomer(Arrangement arrangement) {
        SimulatedNode node = node(22, Link.PERFECT, arrangement);
        SimulatedParticipant alice = node.participant("alice").joinWatching("room");
        node.simulation.runUntil("alice may speak", 5_000, () -> alice.say("long ago", List.of()));
        node.simulation.runForMs(11_000);
        alice.say("just now", List.of());
        node.simulation.runForMs(500);
        SimulatedParticipant late = node.participant("late").joinWatching("room");
        node.simulation.runUntil("the welcome", 5_000, () -> late.heardCount() > 0);
        assertThat(late.heard()).containsExactly("alice: just now");
    }

    /** The room waits for a member that does not read, for a while; then that one loses, and nobody else. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aMemberThatDoesNotReadHoldsTheOthersBackOnlyForAWhile(Arrangement arrangement) {
        SimulatedNode node = node(23, Link.PERFECT, arrangement);
        SimulatedParticipant alice = node.participant("alice").joinWatching("room");
        SimulatedParticipant bob = node.participant("bob").joinWatching("room");
        SimulatedParticipant deaf = node.participant("deaf").joinWatching("room");
        node.simulation.runUntil("alice may speak", 5_000, () -> alice.say("first", List.of()));
        node.simulation.runUntil("all hear", 5_000, () -> deaf.heardCount() == 1);
        deaf.downlink.setDataPaused(true);
        String text = "x".repeat(30_000);
        for (int i = 0; i < 400; i++) {
            alice.say(i + text, List.of());
        }
        node.simulation.runForMs(3_000);
        int held = bob.heardCount();
        assertThat(held).as("the room waits").isLessThan(300);
        node.simulation.runUntil("the rest", 60_000, () -> bob.heardCount() == 401);
        deaf.downlink.setDataPaused(false);
        node.simulation.runForMs(30_000);
        assertThat(deaf.heard()).hasSizeLessThan(401).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void roomsAreMadeReadAndDeletedFromOutside(Arrangement arrangement) {
        SimulatedNode node = node(24, Link.PERFECT, arrangement);
        RoomName name = new RoomName("room");
        node.call(
                name,
                CreateRoomRequest.newBuilder()
                        .setName("room")
                        .setMaxParticipants(2)
                        .setMetadata("m")
                        .build());
        assertThat(node.views.get(name).room().getMetadata()).isEqualTo("m");
        SimulatedParticipant alice = node.participant("alice").joinWatching("room");
        SimulatedParticipant bob = node.participant("bob").joinWatching("room");
        node.simulation.runUntil("both in", 5_000, () -> bob.others.containsKey("alice"));
        assertThat(node.views.get(name).participants()).hasSize(2);
        SimulatedParticipant third = node.participant("third").joinWatching("room");
        node.simulation.runUntil("refused", 1_000, () -> third.refusal != null);
        node.call(name, RoomParticipantIdentity.newBuilder().setIdentity("bob").build());
        node.simulation.runUntil("bob is out", 1_000, () -> bob.isClosed && alice.others.isEmpty());
        assertThat(bob.responses.getLast().getLeave().getReason()).isEqualTo(DisconnectReason.PARTICIPANT_REMOVED);
        node.call(name, DeleteRoomRequest.getDefaultInstance());
        node.simulation.runUntil("alice is out", 1_000, () -> alice.isClosed);
        assertThat(alice.responses.getLast().getLeave().getReason()).isEqualTo(DisconnectReason.ROOM_DELETED);
        assertThat(node.views).isEmpty();
        assertThat(node.leftOvers()).isZero();
    }

    /** Also while it waits: the time counts from the last that left, whoever it was that set it. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aRoomThatIsLeftGoesAfterItsDepartureTimeoutOfNow(Arrangement arrangement) {
        SimulatedNode node = node(26, Link.PERFECT, arrangement);
        RoomName name = new RoomName("room");
        node.creation = CreateRoomRequest.newBuilder().setDepartureTimeout(10).build();
        SimulatedParticipant alice = node.participant("alice").joinWatching("room");
        node.simulation.runUntil("in", 5_000, () -> alice.media.isConnected);
        alice.leave();
        node.simulation.runForMs(8_000);
        node.call(name, CreateRoomRequest.newBuilder().setDepartureTimeout(15).build());
        node.simulation.runForMs(5_000);
        assertThat(node.views).containsKey(name);
        node.simulation.runForMs(3_000);
        assertThat(node.views).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aRoomThatNobodyJoinsGoesAfterItsEmptyTimeout(Arrangement arrangement) {
        SimulatedNode node = node(25, Link.PERFECT, arrangement);
        RoomName name = new RoomName("room");
        node.call(name, CreateRoomRequest.newBuilder().setEmptyTimeout(60).build());
        node.simulation.runForMs(59_000);
        assertThat(node.views).containsKey(name);
        node.simulation.runForMs(2_000);
        assertThat(node.views).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aBugInOneSeatClosesItAndNobodyElseMissesAnything(Arrangement arrangement) {
        SimulatedNode node = node(28, Link.PERFECT, arrangement);
        List<SimulatedParticipant> all = Stream.of("first", "second", "third", "fourth", "fifth", "sixth")
                .map(identity -> node.participant(identity).joinWatching("room"))
                .toList();
        SimulatedParticipant victim = all.get(1);
        node.simulation.runUntil(
                "all in", 5_000, () -> all.stream().allMatch(each -> each.others.size() == all.size() - 1));
        node.expectsBugs = true;
        victim.failsOn = SignalResponse.MessageCase.UPDATE;
        node.participant("newcomer").joinPublishing("room");
        node.simulation.runForMs(1_000);
        assertThat(node.bugs).hasSize(1);
        assertThat(victim.isClosed).isTrue();
        assertThat(victim.responses.getLast().getLeave().getAction()).isEqualTo(LeaveRequest.Action.RECONNECT);
        for (SimulatedParticipant other : all) {
            if (other != victim) {
                assertThat(other.others).containsKey("newcomer").doesNotContainKey("second");
                assertThat(other.isClosed).isFalse();
            }
        }
    }

    static LongStream seeds() {
        return Choices.seeds(100, 8);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void randomComingsAndGoingsKeepEveryInvariant(long seed) {
        Choices script = Choices.ofSeed(seed).fork(); // no stream of the simulation's
        SimulatedNode node =
                node(seed, new Link(script.between(0, 8), 2, 5, 20), Arrangement.values()[script.between(0, 3)]);
        List<SimulatedParticipant> present = new java.util.ArrayList<>();
        for (int i = 0; i < 25; i++) {
            int action = script.between(0, 5);
            if (present.size() < 2 || action <= 1) {
                present.add(node.participant("p" + script.between(0, 6)).joinPublishing("room"));
            } else if (action == 2) {
                present.remove(script.between(0, present.size() - 1)).leave();
            } else if (action == 3) {
                SimulatedParticipant gone = present.remove(script.between(0, present.size() - 1));
                gone.vanish();
            } else {
                SimulatedParticipant some = present.get(script.between(0, present.size() - 1));
                for (ParticipantInfo other : some.others.values()) {
                    other.getTracksList().forEach(track -> some.subscribe(track.getSid(), script.nextBoolean()));
                }
            }
            node.simulation.runForMs(script.between(20, 1500));
        }
        node.simulation.runForMs(1000);
        assertThat(node.ciphers.sealed()).isGreaterThan(500);
    }
}
