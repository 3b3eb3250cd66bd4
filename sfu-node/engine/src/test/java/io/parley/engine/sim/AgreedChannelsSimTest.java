// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.testkit.Choices;
import io.parley.testkit.SimulatedNetwork.Link;
import io.parley.testkit.Simulation;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients of signal protocol 18 with one peer connection know the streams of their data channels, and announce none. */
class AgreedChannelsSimTest {
    @ParameterizedTest
    @EnumSource(
            value = Arrangement.class,
            names = {"ONE_SHARD", "SCATTERED"})
    void newClientsAndOldOnesHearEachOther(Arrangement arrangement) {
        SimulatedNode node = new SimulatedNode(new Simulation(Choices.ofSeed(41)), Link.PERFECT, arrangement);
        node.protocol = 18;
        SimulatedParticipant alice = node.participant("alice").joinWatching("room");
        SimulatedParticipant carol = node.participant("carol").joinWatching("room");
        node.protocol = 17;
        SimulatedParticipant bob = node.participant("bob").joinWatching("room");
        node.simulation.runUntil("all are in", 5_000, () -> alice.others.size() == 2 && bob.others.size() == 2);
        node.simulation.runForMs(1_000);
        alice.say("from alice", List.of());
        node.simulation.runForMs(500);
        bob.say("from bob", List.of());
        node.simulation.runForMs(500);
        assertThat(alice.heard()).containsExactly("bob: from bob");
        assertThat(bob.heard()).containsExactly("alice: from alice");
        assertThat(carol.heard()).containsExactly("alice: from alice", "bob: from bob");
    }

    /** What the room said in the last ten seconds waits for the association, not for an announcement. */
    @ParameterizedTest
    @EnumSource(
            value = Arrangement.class,
            names = {"ONE_SHARD", "SCATTERED"})
    void whoJoinsHearsWhatWasJustSaid(Arrangement arrangement) {
        SimulatedNode node = new SimulatedNode(new Simulation(Choices.ofSeed(42)), Link.PERFECT, arrangement);
        node.protocol = 18;
        SimulatedParticipant alice = node.participant("alice").joinWatching("room");
        node.simulation.runForMs(1_000);
        alice.say("are you there", List.of());
        node.simulation.runForMs(9_000);
        SimulatedParticipant bob = node.participant("bob").joinWatching("room");
        node.simulation.runUntil("bob hears", 5_000, () -> bob.heardCount() > 0);
        assertThat(bob.heard()).containsExactly("alice: are you there");
    }
}
