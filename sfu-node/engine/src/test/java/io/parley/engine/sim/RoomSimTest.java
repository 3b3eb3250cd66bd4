// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.testkit.Choices;
import io.parley.testkit.ScriptedClient;
import io.parley.testkit.SimulatedNetwork.Link;
import io.parley.testkit.Simulation;
import java.net.InetSocketAddress;
import java.util.List;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitRtc.SignalResponse;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole rooms in virtual time; each also with the seats on other shards than the home. */
class RoomSimTest {
    private static SimulatedNode node(long seed, Link link, boolean scatter) {
        return new SimulatedNode(new Simulation(Choices.ofSeed(seed)), link, scatter ? 4 : 1, scatter);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void twoParticipantsGetEveryPacketOfEachOtherOnAPerfectLink(boolean scatter) {
        SimulatedNode node = node(1, Link.PERFECT, scatter);
        SimulatedParticipant alice = node.participant("alice").joinPublishing("room");
        SimulatedParticipant bob = node.participant("bob").joinPublishing("room");
        alice.media.expectsEveryNumberInTurn = true;
        bob.media.expectsEveryNumberInTurn = true;
        node.simulation.runUntil(
                "media both ways",
                3000,
                () -> alice.sees(bob, 10) && bob.sees(alice, 10) && alice.hears(bob, 20) && bob.hears(alice, 20));
        node.simulation.runForMs(5000);
        for (ScriptedClient.Received received : bob.media.received()) {
            assertThat(received.missing()).isZero();
        }
        assertThat(bob.video(alice).frames).isGreaterThan(150);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void clientsThatNeedAFullIceAgentGetOne(boolean scatter) {
        SimulatedNode node = node(11, Link.PERFECT, scatter);
        node.fullIce = true;
        SimulatedParticipant alice = node.participant("alice").joinPublishing("room");
        SimulatedParticipant bob = node.participant("bob").joinPublishing("room");
        node.simulation.runUntil("media both ways", 3000, () -> alice.sees(bob, 10) && bob.sees(alice, 10));
        node.simulation.runForMs(40_000); // consent is kept by both sides' checks
        assertThat(bob.others).containsKey("alice");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void retransmissionClosesTheGapsOfARoughLink(boolean scatter) {
        SimulatedNode node = node(2, Link.ROUGH, scatter);
        SimulatedParticipant alice = node.participant("alice").joinPublishing("room");
        SimulatedParticipant bob = node.participant("bob").joinWatching("room");
        node.simulation.runUntil("video", 20_000, () -> bob.sees(alice, 10));
        node.simulation.runForMs(20_000);
        ScriptedClient.Received video = bob.video(alice);
        assertThat(video.packets).isGreaterThan(1500);
        // 5 % are lost on each of two hops; what stays missing was lost again and again, or at the very end.
        assertThat(video.missing()).isLessThan(video.packets / 200);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aLateJoinerStartsWithAKeyFrameAskedForOnce(boolean scatter) {
        SimulatedNode node = node(3, Link.PERFECT, scatter);
        SimulatedParticipant alice = node.participant("alice").joinPublishing("room");
        node.simulation.runForMs(3000);
        long before = alice.media.sent().getLast().keyFrames;
        SimulatedParticipant bob = node.participant("bob").joinWatching("room");
        node.simulation.runUntil("video", 1000, () -> bob.sees(alice, 1));
        node.simulation.runForMs(3000);
        assertThat(alice.media.sent().getLast().keyFrames - before).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRoomOfTenAsksForTheSectionsItNeeds(boolean scatter) {
        SimulatedNode node = node(4, Link.PERFECT, scatter);
        List<SimulatedParticipant> all = java.util.stream.IntStream.range(0, 10)
                .mapToObj(i -> node.participant("p" + i).joinPublishing("room"))
                .toList();
        all.forEach(participant -> participant.media.expectsEveryNumberInTurn = true);
        node.simulation.runUntil(
                "everybody sees everybody",
                10_000,
                () -> all.stream()
                        .allMatch(viewer -> all.stream()
                                .allMatch(other ->
                                        viewer == other || (viewer.sees(other, 5) && viewer.hears(other, 5)))));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void unsubscribingStopsAndSubscribingGoesOn(boolean scatter) {
        SimulatedNode node = node(5, Link.PERFECT, scatter);
        SimulatedParticipant alice = node.participant("alice").joinPublishing("room");
        SimulatedParticipant bob = node.participant("bob").joinWatching("room");
        node.simulation.runUntil("video", 3000, () -> bob.sees(alice, 5));
        String camera = alice.trackSidByCid.get("alice-cam");
        bob.subscribe(camera, false);
        node.simulation.runForMs(500);
        assertThat(bob.media.received(camera)).isNull();
        bob.subscribe(camera, true);
        node.simulation.runUntil("video again", 3000, () -> bob.sees(alice, 5));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void muteIsToldToTheOthers(boolean scatter) {
        SimulatedNode node = node(6, Link.PERFECT, scatter);
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
    @ValueSource(booleans = {false, true})
    void theSameIdentityAgainReplacesTheFirst(boolean scatter) {
        SimulatedNode node = node(7, Link.PERFECT, scatter);
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
    @ValueSource(booleans = {false, true})
    void whoeverVanishesIsGoneAfterTheConsentTimeout(boolean scatter) {
        SimulatedNode node = node(8, Link.PERFECT, scatter);
        SimulatedParticipant alice = node.participant("alice").joinPublishing("room");
        SimulatedParticipant bob = node.participant("bob").joinWatching("room");
        node.simulation.runUntil("video", 3000, () -> bob.sees(alice, 5));
        alice.media.vanish();
        node.closeSignal(alice);
        node.simulation.runForMs(14_000);
        assertThat(bob.others).containsKey("alice");
        node.simulation.runUntil("alice is gone", 6_000, () -> !bob.others.containsKey("alice"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aClientMayChangeItsAddressWithoutAnIceRestart(boolean scatter) {
        SimulatedNode node = node(9, Link.PERFECT, scatter);
        SimulatedParticipant alice = node.participant("alice").joinPublishing("room");
        SimulatedParticipant bob = node.participant("bob").joinWatching("room");
        node.simulation.runUntil("video", 3000, () -> bob.sees(alice, 5));
        bob.media.moveTo(new InetSocketAddress("203.0.113.9", 40_000));
        node.simulation.runForMs(7_000); // its next check tells
        long frames = bob.video(alice).frames;
        node.simulation.runUntil("video at the new address", 2000, () -> bob.sees(alice, frames + 20));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nothingIsLeftOnceEverybodyIsGone(boolean scatter) {
        SimulatedNode node = node(10, Link.PERFECT, scatter);
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
    @ValueSource(booleans = {false, true})
    void theSameSeedGivesTheSameBytes(boolean scatter) {
        assertThat(fingerprint(42, scatter)).isEqualTo(fingerprint(42, scatter));
        assertThat(fingerprint(42, scatter)).isNotEqualTo(fingerprint(43, scatter));
    }

    private static long fingerprint(long seed, boolean scatter) {
        SimulatedNode node = node(seed, Link.ROUGH, scatter);
        node.participant("alice").joinPublishing("room");
        node.participant("bob").joinPublishing("room");
        node.simulation.runForMs(4000);
        return node.simulation.fingerprint();
    }

    /** Seeds that found something once stay here; the rest is a sweep. */
    @ParameterizedTest
    @ValueSource(longs = {100, 101, 102, 103, 104, 105, 106, 107})
    void randomComingsAndGoingsKeepEveryInvariant(long seed) {
        Choices script = Choices.ofSeed(seed);
        SimulatedNode node = node(seed, new Link(script.between(0, 8), 2, 5, 20), script.nextBoolean());
        List<SimulatedParticipant> present = new java.util.ArrayList<>();
        for (int i = 0; i < 25; i++) {
            int action = script.between(0, 5);
            if (present.size() < 2 || action <= 1) {
                present.add(node.participant("p" + script.between(0, 6)).joinPublishing("room"));
            } else if (action == 2) {
                present.remove(script.between(0, present.size() - 1)).leave();
            } else if (action == 3) {
                SimulatedParticipant gone = present.remove(script.between(0, present.size() - 1));
                gone.media.vanish();
                node.closeSignal(gone);
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
