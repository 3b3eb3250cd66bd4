// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.sim;

import io.parley.testkit.Choices;
import io.parley.testkit.SimulatedNetwork.Link;
import io.parley.testkit.Simulation;

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
}
