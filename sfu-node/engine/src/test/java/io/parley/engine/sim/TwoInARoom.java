// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.api.error.ErrorCode;
import io.parley.testkit.Choices;
import io.parley.testkit.SimulatedNetwork.Link;
import io.parley.testkit.Simulation;
import java.util.Objects;

/** A room in which alice publishes and bob watches, for tests of what is asked of it then. */
abstract class TwoInARoom {
    final Simulation simulation = new Simulation(Choices.ofSeed(7));
    SimulatedNode node;
    SimulatedParticipant alice;
    SimulatedParticipant bob;

    void start(Arrangement arrangement) {
        node = new SimulatedNode(simulation, Link.PERFECT, arrangement);
        alice = node.participant("alice").joinPublishing("room");
        bob = node.participant("bob").joinWatching("room");
        simulation.runUntil("bob sees and hears alice", 10_000, () -> bob.sees(alice, 5) && bob.hears(alice, 5));
    }

    void succeeds(SimulatedNode.Called called) {
        isOver(called, 1_000);
        assertThat(called.refusal).isNull();
    }

    ErrorCode refusal(SimulatedNode.Called called) {
        isOver(called, 3_000);
        assertThat(called.answer).isNull();
        return Objects.requireNonNull(called.refusal).code();
    }

    private void isOver(SimulatedNode.Called called, long limitMs) {
        simulation.runUntil("the call is answered", limitMs, () -> called.answer != null || called.refusal != null);
    }
}
