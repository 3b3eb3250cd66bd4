// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.rtc.sdp.MediaKind;
import io.parley.testkit.Choices;
import io.parley.testkit.SimulatedNetwork.Link;
import io.parley.testkit.Simulation;
import java.util.List;
import java.util.stream.IntStream;
import livekit.LivekitRtc.MediaSectionsRequirement;
import livekit.LivekitRtc.SignalResponse;
import org.junit.jupiter.api.Test;

/** How often a client with one peer connection is asked to offer, and for how much. */
class NegotiationSimTest {
    private static final int PUBLISHERS = 10;
    private static final int TIMEOUT_MS = 20_000;

    /** Of which a client of one peer connection makes one of each kind unasked. */
    private static final int SECTIONS = 2 * PUBLISHERS;

    private final Simulation simulation = new Simulation(Choices.ofSeed(7));
    private final SimulatedNode node = new SimulatedNode(simulation, Link.PERFECT, Arrangement.ONE_SHARD);

    private List<SimulatedParticipant> publishers() {
        return IntStream.range(0, PUBLISHERS)
                .mapToObj(i -> node.participant("p" + i).joinPublishing("room"))
                .toList();
    }

    private void untilItReceives(SimulatedParticipant watcher, List<SimulatedParticipant> all) {
        simulation.runUntil(
                "everybody is seen and heard",
                TIMEOUT_MS,
                () -> all.stream().allMatch(other -> watcher.sees(other, 5) && watcher.hears(other, 5)));
    }

    private static List<MediaSectionsRequirement> requirements(SimulatedParticipant of) {
        return of.responses.stream()
                .filter(SignalResponse::hasMediaSectionsRequirement)
                .map(SignalResponse::getMediaSectionsRequirement)
                .toList();
    }

    private static long sections(SimulatedParticipant of) {
        return of.descriptions.getLast().media.stream()
                .filter(section -> section.kind != MediaKind.APPLICATION)
                .count();
    }

    @Test
    void whoJoinsARoomOfTenOffersOnceMore() {
        List<SimulatedParticipant> all = publishers();
        simulation.runUntil(
                "all publish", TIMEOUT_MS, () -> all.stream().allMatch(one -> one.trackSidByCid.size() == 2));
        simulation.runForMs(1_000);
        SimulatedParticipant watcher = node.participant("watcher").joinWatching("room");
        untilItReceives(watcher, all);
        assertThat(requirements(watcher))
                .containsExactly(MediaSectionsRequirement.newBuilder()
                        .setNumAudios(PUBLISHERS - 1)
                        .setNumVideos(PUBLISHERS - 1)
                        .build());
        assertThat(watcher.descriptions)
                .as("answers: to the join's offer, and to the one asked for")
                .hasSize(2);
        assertThat(sections(watcher)).isEqualTo(SECTIONS);
    }

    /**
     * An offer that was made before the client heard of the second request seemed to be the answer to both, and what it lacked was
     * asked for again: sections that nothing was ever sent in.
     */
    @Test
    void whatIsAskedForWhileAnOfferIsOnItsWayIsAskedForOnce() {
        SimulatedParticipant watcher = node.participant("watcher").joinWatching("room");
        simulation.runUntil("the watcher is in", TIMEOUT_MS, () -> watcher.media.isConnected);
        List<SimulatedParticipant> all = publishers();
        untilItReceives(watcher, all);
        simulation.runForMs(1_000);
        assertThat(sections(watcher)).isEqualTo(SECTIONS);
        assertThat(watcher.descriptions.getLast().media)
                .extracting(section -> section.mid)
                .doesNotHaveDuplicates();
        assertThat(requirements(watcher).stream()
                        .mapToInt(MediaSectionsRequirement::getNumAudios)
                        .sum())
                .isEqualTo(PUBLISHERS - 1);
    }
}
