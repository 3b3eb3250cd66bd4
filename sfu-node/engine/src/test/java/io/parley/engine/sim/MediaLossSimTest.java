// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.testkit.SimulatedNetwork.Link;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitRtc.LeaveRequest;
import livekit.LivekitRtc.SignalResponse;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The network of media goes away while that of signals stays, and comes back, or does not. */
class MediaLossSimTest extends TwoInARoom {
    private void loseMedia() {
        node.network.setLink(new Link(100, 0, 1, 0));
        simulation.runUntil("both are told", 16_000, () -> alice.isClosed && bob.isClosed);
    }

    private static void comeBack(SimulatedParticipant participant) {
        participant.loseSignal();
        participant.isClosed = false;
        participant.resume("room");
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whoResumesInTimeGoesOn(Arrangement arrangement) {
        start(arrangement);
        loseMedia();
        LeaveRequest leave = bob.responses.getLast().getLeave();
        assertThat(leave.getAction()).isEqualTo(LeaveRequest.Action.RESUME);
        assertThat(leave.getReason()).isEqualTo(DisconnectReason.CONNECTION_TIMEOUT);
        simulation.runForMs(3_000);
        node.network.setLink(Link.PERFECT);
        comeBack(alice);
        comeBack(bob);
        long frames = bob.video(alice).frames();
        simulation.runUntil("bob sees alice again", 5_000, () -> bob.sees(alice, frames + 10));
        simulation.runForMs(60_000);
        assertThat(alice.isClosed || bob.isClosed).isFalse();
        assertThat(bob.others.get("alice").getSid()).isEqualTo(alice.sid.value());
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whoseMediaDoesNotComeBackAfterAResumeIsGone(Arrangement arrangement) {
        start(arrangement);
        loseMedia();
        comeBack(bob);
        simulation.runUntil("bob is sent away", 36_000, () -> bob.isClosed);
        assertThat(bob.responses.getLast().getLeave().getAction()).isEqualTo(LeaveRequest.Action.RECONNECT);
        simulation.runForMs(25_000);
        assertThat(node.views).isEmpty();
    }

    /** It takes the end of its stream for that of its connection, and resumes. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void anOlderClientIsToldByTheEndOfItsStream(Arrangement arrangement) {
        node = new SimulatedNode(simulation, Link.PERFECT, arrangement);
        node.protocol = 12;
        alice = node.participant("alice").joinPublishing("room");
        bob = node.participant("bob").joinWatching("room");
        simulation.runUntil("bob sees and hears alice", 10_000, () -> bob.sees(alice, 5) && bob.hears(alice, 5));
        loseMedia();
        assertThat(bob.responses).noneMatch(SignalResponse::hasLeave);
        comeBack(bob);
        simulation.runForMs(4_000);
        node.network.setLink(Link.PERFECT);
        simulation.runUntil("alice is gone, who did not", 3_000, () -> bob.others.isEmpty());
        assertThat(bob.isClosed).isFalse();
    }
}
