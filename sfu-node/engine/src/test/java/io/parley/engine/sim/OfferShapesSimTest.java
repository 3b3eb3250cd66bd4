// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.seat.Offer;
import io.parley.rtc.sdp.MediaKind;
import io.parley.rtc.sdp.SessionDescription;
import io.parley.testkit.Choices;
import io.parley.testkit.SimulatedNetwork.Link;
import io.parley.testkit.Simulation;
import java.util.Collections;
import java.util.List;
import livekit.LivekitModels.TrackSource;
import livekit.LivekitModels.TrackType;
import livekit.LivekitRtc.AddTrackRequest;
import org.junit.jupiter.api.Test;

/** Offers that are unusual and legal. */
class OfferShapesSimTest {
    /**
     * The formats of an m-line are in the client's order of preference, and nothing puts RTX behind what it repairs (RFC
     * 4588 s.8.6). The answer's first codec was taken for the track's: any publisher whose offer began with RTX was sent
     * away as a bug of ours.
     */
    @Test
    void anOfferMayListRetransmissionBeforeItsCodec() {
        SimulatedNode node = new SimulatedNode(new Simulation(Choices.ofSeed(1)), Link.PERFECT, Arrangement.ONE_SHARD);
        SimulatedParticipant alice = node.participant("alice");
        alice.media.publish("alice-cam", MediaKind.VIDEO);
        alice.media.startMedia();
        SessionDescription offer = alice.media.offer();
        offer.media.forEach(section -> Collections.reverse(section.codecs));
        AddTrackRequest camera = AddTrackRequest.newBuilder()
                .setCid("alice-cam")
                .setType(TrackType.VIDEO)
                .setSource(TrackSource.CAMERA)
                .build();
        alice.sid = node.join("room", alice, List.of(camera), new Offer(offer, 0));
        SimulatedParticipant bob = node.participant("bob").joinWatching("room");
        node.simulation.runUntil("video", 3000, () -> bob.sees(alice, 5));
        assertThat(bob.others.get("alice").getTracks(0).getMimeType()).isEqualTo("video/VP8");
        assertThat(alice.isClosed).isFalse();
    }
}
