// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.rtc.rtp.HeaderExtension;
import io.parley.rtc.sdp.MediaDescription;
import io.parley.rtc.sdp.MediaKind;
import io.parley.testkit.Choices;
import io.parley.testkit.SimulatedNetwork.Link;
import io.parley.testkit.Simulation;
import java.util.List;
import livekit.LivekitModels.ClientInfo;
import livekit.LivekitRoom.CreateRoomRequest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** When subscribers show what they get, as the room was made. */
class PlayoutSimTest {
    private final Simulation simulation = new Simulation(Choices.ofSeed(41));
    private SimulatedNode node;
    private SimulatedParticipant alice;
    private SimulatedParticipant bob;

    private void start(Arrangement arrangement, CreateRoomRequest.Builder creation, ClientInfo viewer) {
        node = new SimulatedNode(simulation, Link.PERFECT, arrangement);
        node.creation = creation.build();
        alice = node.participant("alice").joinPublishing("room");
        node.client = viewer;
        bob = node.participant("bob").joinWatching("room");
        simulation.runUntil("bob sees and hears alice", 10_000, () -> bob.sees(alice, 5) && bob.hears(alice, 5));
    }

    /** Sections in which bob was told of a track. */
    private List<MediaDescription> carrying(MediaKind kind) {
        return bob.descriptions.stream()
                .flatMap(description -> description.media.stream())
                .filter(section -> section.kind == kind && !section.trackId.isEmpty())
                .toList();
    }

    private int videoDelay() {
        return bob.downlink.playoutDelays.get(bob.video(alice).ssrc());
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void videoSaysWhenItIsShownUntilItsReceiverKnows(Arrangement arrangement) {
        start(
                arrangement,
                CreateRoomRequest.newBuilder().setMinPlayoutDelay(100).setMaxPlayoutDelay(500),
                ClientInfo.getDefaultInstance());
        String uri = HeaderExtension.PLAYOUT_DELAY.uri();
        assertThat(carrying(MediaKind.VIDEO)).isNotEmpty().allMatch(section -> section.extensions.containsKey(uri));
        assertThat(carrying(MediaKind.AUDIO)).isNotEmpty().noneMatch(section -> section.extensions.containsKey(uri));
        assertThat(videoDelay()).isEqualTo(10 << 12 | 50);
        simulation.runUntil("a report says that it was heard", 10_000, () -> videoDelay() == -1);
        assertThat(bob.sees(alice, 5)).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void nothingIsSaidWhereNobodyAsks(Arrangement arrangement) {
        start(arrangement, CreateRoomRequest.newBuilder(), ClientInfo.getDefaultInstance());
        assertThat(bob.descriptions)
                .allMatch(description -> description.media.stream()
                        .noneMatch(section -> section.extensions.containsKey(HeaderExtension.PLAYOUT_DELAY.uri())));
        assertThat(videoDelay()).isEqualTo(-1);
        assertThat(carrying(MediaKind.VIDEO))
                .allMatch(section -> section.streamId.equals(alice.sid.value() + "|" + section.trackId));
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aStreamsTracksShareAMediaStream(Arrangement arrangement) {
        start(arrangement, CreateRoomRequest.newBuilder().setSyncStreams(true), ClientInfo.getDefaultInstance());
        String stream = alice.sid.value() + "|camera";
        assertThat(carrying(MediaKind.VIDEO)).isNotEmpty().allMatch(section -> section.streamId.equals(stream));
        assertThat(carrying(MediaKind.AUDIO)).isNotEmpty().allMatch(section -> section.streamId.equals(stream));
    }

    /** It makes up the ids of tracks, and tells them apart by their streams. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void notSoForFirefox(Arrangement arrangement) {
        start(
                arrangement,
                CreateRoomRequest.newBuilder().setSyncStreams(true),
                ClientInfo.newBuilder().setBrowser("Firefox").build());
        assertThat(carrying(MediaKind.VIDEO))
                .isNotEmpty()
                .allMatch(section -> section.streamId.equals(alice.sid.value() + "|" + section.trackId));
    }
}
