// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.rtc.stream.NackGenerator;
import io.parley.testkit.Choices;
import io.parley.testkit.ScriptedClient;
import io.parley.testkit.SimulatedNetwork.Link;
import io.parley.testkit.Simulation;
import java.util.Objects;
import livekit.LivekitModels.TrackSource;
import livekit.LivekitModels.TrackType;
import livekit.LivekitModels.VideoQuality;
import livekit.LivekitRtc.UpdateTrackSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a subscriber sees of a camera with three layers, by a decoder that forgives nothing. */
class LayerSimTest {
    private SimulatedNode node;
    private SimulatedParticipant alice;
    private SimulatedParticipant bob;

    private void start(long seed, Link link, Arrangement arrangement) {
        node = new SimulatedNode(new Simulation(Choices.ofSeed(seed)), link, arrangement);
        alice = node.participant("alice");
        bob = node.participant("bob");
    }

    private void join() {
        alice.joinWithSimulcast("room");
        bob.joinWatching("room");
    }

    private void runUntilSeen(int layer, long limitMs) {
        node.simulation.runUntil("layer " + layer, limitMs, () -> bob.layerSeen(alice) == layer);
    }

    private UpdateTrackSettings.Builder camera() {
        return UpdateTrackSettings.newBuilder().addTrackSids(alice.trackSidByCid.get("alice-cam"));
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void theHighestLayerIsReachedAndEveryFrameOfItDecoded(Arrangement arrangement) {
        start(200, Link.PERFECT, arrangement);
        join();
        bob.downlink.expectsEveryNumberInTurn = true;
        runUntilSeen(2, 3_000);
        bob.pictures(alice).expectSkewBelowMs(50);
        long before = bob.pictures(alice).frames();
        node.simulation.runForMs(10_000);
        assertThat(bob.pictures(alice).frames() - before).isBetween(300L, 304L);
        assertThat(bob.video(alice).missing()).isZero();
        // On the way up, at most one frame of each smaller layer was cut short.
        assertThat(bob.pictures(alice).wasted()).isLessThan(4);
    }

    @Test
    void sevenBitPictureIdsGoOnToo() {
        start(201, Link.PERFECT, Arrangement.ONE_SHARD);
        alice.media.pictureIdBits = 7;
        join();
        runUntilSeen(2, 3_000);
        for (VideoQuality quality : new VideoQuality[] {VideoQuality.LOW, VideoQuality.MEDIUM, VideoQuality.HIGH}) {
            node.simulation.runForMs(5_000);
            bob.request(camera().setQuality(quality));
            runUntilSeen(quality.getNumber(), 2_000);
        }
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void theLayerFollowsTheSubscribersSettings(Arrangement arrangement) {
        start(202, Link.PERFECT, arrangement);
        join();
        runUntilSeen(2, 3_000);
        node.simulation.runForMs(1_500); // sender reports of all layers
        bob.pictures(alice).expectSkewBelowMs(2);
        for (VideoQuality quality : new VideoQuality[] {VideoQuality.LOW, VideoQuality.MEDIUM, VideoQuality.HIGH}) {
            bob.request(camera().setQuality(quality));
            runUntilSeen(quality.getNumber(), 2_000);
            node.simulation.runForMs(1_000);
            assertThat(bob.layerSeen(alice)).isEqualTo(quality.getNumber());
        }
        bob.request(camera().setDisabled(true).setQuality(VideoQuality.HIGH));
        node.simulation.runForMs(1_000);
        long before = bob.pictures(alice).frames();
        node.simulation.runForMs(2_000);
        assertThat(bob.pictures(alice).frames()).isEqualTo(before);
        bob.request(camera().setQuality(VideoQuality.HIGH));
        runUntilSeen(2, 1_000);
        assertThat(bob.video(alice).missing()).isZero();
    }

    /** A window that is resized asks for one layer after the other. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void settingsThatChangeAgainAtOnceAreNotFollowed(Arrangement arrangement) {
        start(208, Link.PERFECT, arrangement);
        join();
        runUntilSeen(2, 3_000);
        node.simulation.runForMs(1_500);
        long before = alice.camera().keyFrames();
        for (int i = 0; i < 10; i++) {
            bob.request(camera().setQuality(VideoQuality.LOW));
            node.simulation.runForMs(45);
            bob.request(camera().setQuality(VideoQuality.HIGH));
            node.simulation.runForMs(45);
        }
        node.simulation.runForMs(500);
        assertThat(alice.camera().keyFrames() - before)
                .as("none for each change")
                .isLessThan(6);
        assertThat(bob.layerSeen(alice)).isEqualTo(2);
    }

    /** It came into view again at once, and its place in the queue kept all others' settings from taking effect. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aTrackThatComesIntoViewDoesNotHoldUpTheOthers(Arrangement arrangement) {
        start(210, Link.PERFECT, arrangement);
        join();
        SimulatedParticipant carol = node.participant("carol").joinWithSimulcast("room");
        node.simulation.runUntil("both", 5_000, () -> bob.layerSeen(alice) == 2 && bob.layerSeen(carol) == 2);
        bob.request(camera().setDisabled(true));
        node.simulation.runForMs(200);
        bob.request(camera().setDisabled(true).setQuality(VideoQuality.LOW));
        node.simulation.runForMs(10);
        bob.request(camera().setQuality(VideoQuality.LOW));
        node.simulation.runForMs(10);
        bob.request(
                UpdateTrackSettings.newBuilder().addTrackSids(carol.cameraSid()).setDisabled(true));
        node.simulation.runForMs(500);
        long before = bob.pictures(carol).frames();
        node.simulation.runForMs(1_000);
        assertThat(bob.pictures(carol).frames()).isEqualTo(before);
        assertThat(bob.layerSeen(alice)).isZero();
    }

    /** What it is about to show it asks for before it hears of the track. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whatIsAskedOfATrackThatIsNotThereYetHoldsWhenItIs(Arrangement arrangement) {
        start(209, Link.PERFECT, arrangement);
        alice.joinNaming("room", SimulatedParticipant.addTrack("alice-cam", TrackType.VIDEO, TrackSource.CAMERA));
        node.autoSubscribe = false;
        bob.joinWatching("room");
        node.simulation.runUntil(
                "both are in",
                3_000,
                () -> bob.downlink.isConnected
                        && alice.media.isConnected
                        && !alice.cameraSid().isEmpty());
        bob.request(camera().setQuality(VideoQuality.LOW));
        bob.subscribe(alice.cameraSid(), true);
        node.simulation.runForMs(20_000);
        alice.media.publishSimulcast("alice-cam");
        alice.media.startMedia();
        alice.negotiate();
        runUntilSeen(0, 3_000);
        node.simulation.runForMs(3_000);
        assertThat(bob.layerSeen(alice)).isZero();
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whoseLayerStopsSeesTheNextOneAndComesBack(Arrangement arrangement) {
        start(203, Link.PERFECT, arrangement);
        join();
        runUntilSeen(2, 3_000);
        alice.camera().encodings().get(2).isActive = false;
        runUntilSeen(1, 2_000);
        alice.camera().encodings().get(1).isActive = false;
        runUntilSeen(0, 2_000);
        node.simulation.runForMs(3_000);
        alice.camera().encodings().get(2).isActive = true;
        runUntilSeen(2, 2_000);
    }

    /** A publisher's encoder may begin anew under another SSRC with the same rid: other numbers, another clock. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aLayerThatStartsAnewGoesOnAtItsKeyFrame(Arrangement arrangement) {
        start(204, Link.PERFECT, arrangement);
        join();
        bob.downlink.expectsEveryNumberInTurn = true;
        runUntilSeen(2, 3_000);
        for (int i = 0; i < 5; i++) {
            ScriptedClient.Encoding top = alice.camera().encodings().get(2);
            alice.media.restart(alice.camera(), top);
            node.simulation.runForMs(1_000);
            assertThat(bob.layerSeen(alice)).isEqualTo(2);
            alice.camera().encodings().forEach(encoding -> alice.media.restart(alice.camera(), encoding));
            node.simulation.runForMs(1_000);
            assertThat(bob.layerSeen(alice)).isEqualTo(2);
        }
    }

    /** A screen that is shared may have a frame a second: that is no layer that stopped. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aLayerWithAFrameASecondIsNotLeft(Arrangement arrangement) {
        start(205, Link.PERFECT, arrangement);
        join();
        runUntilSeen(2, 3_000);
        alice.camera().frameIntervalMs = 990;
        node.simulation.runForMs(5_000);
        long keyFrames = alice.camera().keyFrames();
        long frames = bob.pictures(alice).frames();
        node.simulation.runForMs(20_000);
        assertThat(Objects.requireNonNull(bob.pictures(alice).lastFrame()).layer())
                .isEqualTo(2);
        assertThat(bob.pictures(alice).frames() - frames).isBetween(19L, 21L);
        assertThat(alice.camera().keyFrames()).isEqualTo(keyFrames);
    }

    /** Pion tells of a track when its first packet comes: that of a muted track never would. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aMutedTrackIsAnnouncedByAFewEmptyPackets(Arrangement arrangement) {
        start(207, Link.PERFECT, arrangement);
        bob.downlink.expectsEveryNumberInTurn = true;
        alice.joinWithSimulcast("room");
        alice.media.sent().forEach(track -> track.isMuted = true);
        bob.joinWatching("room");
        node.simulation.runForMs(5_000);
        for (ScriptedClient.Received received : bob.downlink.received()) {
            assertThat(received.packets).isEqualTo(5);
            assertThat(received.frames()).isZero();
        }
        alice.media.sent().forEach(track -> track.isMuted = false);
        runUntilSeen(2, 2_000);
        assertThat(bob.video(alice).missing()).isZero();
    }

    /** NACKs were ignored before the first media, so an announcement that was lost left a hole for good. */
    @Test
    void aLostAnnouncementIsSentAgain() {
        for (long seed = 220; seed < 226; seed++) {
            start(seed, new Link(15, 0, 10, 0), Arrangement.ONE_SHARD);
            alice.joinWithSimulcast("room");
            alice.media.sent().forEach(track -> track.isMuted = true);
            bob.joinWatching("room");
            node.simulation.runForMs(10_000);
            for (ScriptedClient.Received received : bob.downlink.received()) {
                assertThat(received.missing()).as("seed %d", seed).isZero();
            }
        }
    }

    /**
     * A packet was sent again three times at most, though receivers ask more often: four losses in a row, which any bad
     * network makes now and then, left a hole for good and froze the picture until a key frame.
     */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void eachTimeAPacketIsAskedForItComes(Arrangement arrangement) {
        start(208, new Link(0, 0, 30, 0), arrangement);
        join();
        runUntilSeen(2, 3_000);
        int[] left = {1, NackGenerator.MAX_TRIES - 1};
        bob.downlink.losesRtp = payloadType -> payloadType == ScriptedClient.VP8 && left[0]-- > 0
                || payloadType == ScriptedClient.VP8_RTX && left[1]-- > 0;
        node.simulation.runForMs(2_000);
        assertThat(left[1]).as("repairs lost").isLessThanOrEqualTo(0);
        assertThat(bob.video(alice).missing()).isZero();
    }

    /** Any subscriber can send PLIs as fast as it likes. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whoAsksForKeyFramesAllTheTimeGetsAFew(Arrangement arrangement) {
        start(206, Link.PERFECT, arrangement);
        join();
        runUntilSeen(2, 3_000);
        long before = alice.camera().keyFrames();
        for (int i = 0; i < 1000; i++) {
            bob.downlink.requestKeyFrame(alice.trackSidByCid.get("alice-cam"));
            node.simulation.runForMs(10);
        }
        assertThat(alice.camera().keyFrames() - before).isBetween(10L, 21L);
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void lossAndReorderingLeaveNoHoles(Arrangement arrangement) {
        for (long seed = 210; seed < 214; seed++) {
            start(seed, new Link(3, 1, 10, 25), arrangement);
            alice.media.paddingPercent = 20;
            join();
            runUntilSeen(2, 10_000);
            node.simulation.runForMs(3_000);
            bob.request(camera().setQuality(VideoQuality.LOW));
            runUntilSeen(0, 5_000);
            bob.request(camera().setQuality(VideoQuality.HIGH));
            runUntilSeen(2, 5_000);
            node.simulation.runForMs(2_000);
            alice.camera().isMuted = true;
            node.simulation.runForMs(3_000);
            assertThat(bob.video(alice).missing()).as("seed %d", seed).isZero();
        }
    }
}
