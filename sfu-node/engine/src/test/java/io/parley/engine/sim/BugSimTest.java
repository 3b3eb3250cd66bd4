// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.api.id.RoomName;
import io.parley.testkit.Choices;
import io.parley.testkit.SimulatedNetwork.Link;
import io.parley.testkit.Simulation;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRtc.LeaveRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A bug ends what it is in, one seat or one room, and nothing else. */
class BugSimTest {
    private static SimulatedNode node(long seed, Arrangement arrangement) {
        SimulatedNode node = new SimulatedNode(new Simulation(Choices.ofSeed(seed)), Link.PERFECT, arrangement);
        node.expectsBugs = true;
        return node;
    }

    /**
     * The whole fan-out runs in the call that handles the publisher's datagram, so that an exception in one subscriber's
     * down track ended the publisher, and subscribers behind it missed the packet. Any subscriber that hits a bug.
     */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aBugInOneSubscribersFanOutEndsThatSubscriberAlone(Arrangement arrangement) {
        SimulatedNode node = node(1, arrangement);
        SimulatedParticipant alice = node.participant("alice").joinPublishing("room");
        node.simulation.runUntil("alice is in", 3_000, () -> alice.media.isConnected);
        int before = node.failing.made();
        SimulatedParticipant bob = node.participant("bob").joinWatching("room");
        node.simulation.runUntil("bob sees", 3_000, () -> bob.sees(alice, 5));
        int after = node.failing.made();
        SimulatedParticipant carol = node.participant("carol").joinWatching("room");
        carol.downlink.expectsEveryNumberInTurn = true;
        node.simulation.runUntil("carol sees", 3_000, () -> carol.sees(alice, 5));

        node.failing.failsFrom = before;
        node.failing.failsTo = after;
        node.simulation.runUntil("bob is sent away", 1_000, () -> bob.isClosed);
        assertThat(bob.responses.getLast().getLeave().getAction()).isEqualTo(LeaveRequest.Action.RECONNECT);
        long frames = carol.video(alice).frames();
        node.simulation.runForMs(2_000);
        assertThat(alice.isClosed).isFalse();
        assertThat(carol.video(alice).frames() - frames).isGreaterThan(50);
        assertThat(carol.video(alice).missing()).isZero();
        assertThat(carol.others).containsOnlyKeys("alice");
        assertThat(node.bugs).hasSize(1);
    }

    /** A subscriber that asked for a key frame ended with what the publisher's connection threw for it. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aPublisherThatCannotBeAskedForAKeyFrameEndsAloneWhoeverAsks(Arrangement arrangement) {
        SimulatedNode node = node(4, arrangement);
        int before = node.failing.made();
        SimulatedParticipant alice = node.participant("alice").joinWithSimulcast("room");
        node.simulation.runUntil(
                "alice is in",
                3_000,
                () -> alice.media.isConnected && !alice.cameraSid().isEmpty());
        node.failing.failsFrom = before;
        node.failing.failsTo = node.failing.made();
        node.failing.failsOnPli = true;
        SimulatedParticipant bob = node.participant("bob").joinWatching("room");
        node.simulation.runUntil("alice is sent away", 3_000, () -> alice.isClosed);
        node.simulation.runUntil("bob is in", 3_000, () -> bob.media.isConnected);
        assertThat(bob.isClosed).isFalse();
        assertThat(node.bugs).hasSize(1);
    }

    /** A seat that could not be made left its client waiting for an answer. Any participant that hits a bug. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aSeatThatCannotStartIsAnswered(Arrangement arrangement) {
        SimulatedNode node = node(5, arrangement);
        node.failsToOpenPeers = true;
        SimulatedParticipant alice = node.participant("alice").joinWatching("room");
        node.simulation.runUntil("alice is sent away", 3_000, () -> alice.isClosed);
        assertThat(node.bugs).hasSize(1);
        node.simulation.runForMs(25_000);
        assertThat(node.leftOvers()).isZero();
    }

    /** What a home threw went up to the loop: the room's deadline was lost, and the room half changed. Any participant. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aBugInARoomsHomeClosesTheRoomWithADumpAndNoOther(Arrangement arrangement) {
        SimulatedNode node = node(2, arrangement);
        SimulatedParticipant alice = node.participant("alice").joinWatching("room");
        SimulatedParticipant other = node.participant("other").joinWatching("other");
        node.simulation.runUntil("both in", 3_000, () -> alice.media.isConnected && other.media.isConnected);
        node.simulation.runForMs(100);
        node.failsToPublish = new RoomName("room");
        SimulatedParticipant bob = node.participant("bob").joinWatching("room");
        node.simulation.runUntil("alice and bob are sent away", 1_000, () -> alice.isClosed && bob.isClosed);
        assertThat(alice.responses.getLast().getLeave().getAction()).isEqualTo(LeaveRequest.Action.RECONNECT);
        assertThat(node.views).containsOnlyKeys(new RoomName("other"));
        assertThat(node.bugs).hasSize(1);
        assertThat(node.bugs.getFirst()).hasMessageContaining("HomeDump").hasMessageContaining("alice");

        SimulatedParticipant again = node.participant("alice").joinWatching("room");
        node.simulation.runUntil("the room is open again", 3_000, () -> again.media.isConnected);
        other.leave();
        again.leave();
        node.simulation.runForMs(25_000);
        assertThat(node.leftOvers()).isZero();
    }

    /** A home that throws when its time has come took the deadlines of all that were due with it. */
    @Test
    void aRoomThatCannotEndDoesNotKeepOthersFromEnding() {
        SimulatedNode node = node(3, Arrangement.ONE_SHARD);
        for (String name : new String[] {"first", "second", "third"}) {
            node.call(
                    new RoomName(name),
                    CreateRoomRequest.newBuilder().setEmptyTimeout(60).build());
        }
        node.failsToWithdraw = new RoomName("first");
        node.simulation.runForMs(61_000);
        assertThat(node.bugs).isNotEmpty();
        assertThat(node.leftOvers()).isZero();
    }
}
