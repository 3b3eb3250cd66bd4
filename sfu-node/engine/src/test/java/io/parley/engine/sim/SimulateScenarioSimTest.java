// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitRtc.LeaveRequest;
import livekit.LivekitRtc.SignalRequest;
import livekit.LivekitRtc.SignalResponse;
import livekit.LivekitRtc.SimulateScenario;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What SDKs ask for in their own tests: failures, on demand. */
class SimulateScenarioSimTest extends TwoInARoom {
    private void simulate(SimulateScenario.Builder scenario) {
        node.request(alice, SignalRequest.newBuilder().setSimulate(scenario).build());
        simulation.runForMs(100);
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aNodeFailureEndsTheParticipantWithoutAWord(Arrangement arrangement) {
        start(arrangement);
        simulate(SimulateScenario.newBuilder().setNodeFailure(true));
        assertThat(alice.isClosed).isTrue();
        assertThat(alice.responses).noneMatch(SignalResponse::hasLeave);
        assertThat(bob.others).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void theServerSaysGoodbye(Arrangement arrangement) {
        start(arrangement);
        simulate(SimulateScenario.newBuilder().setServerLeave(true));
        LeaveRequest leave = alice.responses.getLast().getLeave();
        assertThat(leave.getReason()).isEqualTo(DisconnectReason.CLIENT_INITIATED);
        assertThat(leave.getAction()).isEqualTo(LeaveRequest.Action.DISCONNECT);
        assertThat(alice.isClosed).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void theServerWantsTheClientToJoinAnew(Arrangement arrangement) {
        start(arrangement);
        simulate(SimulateScenario.newBuilder().setLeaveRequestFullReconnect(true));
        assertThat(alice.responses.getLast().getLeave().getAction()).isEqualTo(LeaveRequest.Action.RECONNECT);
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whoWantsToBeSeenSpeakingIs(Arrangement arrangement) {
        start(arrangement);
        node.autoSubscribe = false;
        SimulatedParticipant carol = node.participant("carol").joinWatching("room");
        simulation.runUntil("carol is in", 3_000, () -> carol.others.size() == 2);
        simulate(SimulateScenario.newBuilder().setSpeakerUpdate(3));
        simulate(SimulateScenario.newBuilder().setSpeakerUpdate(1_000_000));
        simulation.runForMs(2_500);
        String speaks = alice.sid.value() + " true 0.9";
        assertThat(speakers(bob)).containsExactly(speaks);
        assertThat(speakers(alice)).containsExactly(speaks);
        simulation.runForMs(500);
        assertThat(speakers(bob)).containsExactly(speaks, alice.sid.value() + " false 0.0");
        assertThat(speakers(carol)).as("who receives nothing of alice").isEmpty();
        simulate(SimulateScenario.newBuilder().setSpeakerUpdate(1_000_000));
        simulation.runForMs(61_000);
        assertThat(speakers(bob)).hasSize(4);
    }

    private static List<String> speakers(SimulatedParticipant participant) {
        return participant.responses.stream()
                .flatMap(response -> response.getSpeakersChanged().getSpeakersList().stream())
                .map(speaker -> speaker.getSid() + " " + speaker.getActive() + " " + speaker.getLevel())
                .toList();
    }

    private void resume() {
        alice.loseSignal();
        alice.responses.clear();
        alice.isClosed = false;
        alice.resume("room");
        simulation.runForMs(200);
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void theSignalStreamIsLostAgainAfterAResume(Arrangement arrangement) {
        start(arrangement);
        simulate(SimulateScenario.newBuilder().setDisconnectSignalOnResume(true));
        resume();
        assertThat(alice.responses.getFirst().hasReconnect()).isTrue();
        assertThat(alice.isClosed).isTrue();
        resume();
        assertThat(alice.isClosed).as("once").isFalse();
        assertThat(bob.others).as("it never left").containsKey("alice");
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void theSignalStreamIsLostThreeTimesBeforeItSaysAnything(Arrangement arrangement) {
        start(arrangement);
        simulate(SimulateScenario.newBuilder().setDisconnectSignalOnResumeNoMessages(true));
        for (int i = 0; i < 3; i++) {
            resume();
            assertThat(alice.responses).isEmpty();
            assertThat(alice.isClosed).isTrue();
        }
        resume();
        assertThat(alice.responses.getFirst().hasReconnect()).isTrue();
        assertThat(alice.isClosed).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aWishThatResumingFailsIsForgottenAfterFiveSeconds(Arrangement arrangement) {
        start(arrangement);
        simulate(SimulateScenario.newBuilder().setDisconnectSignalOnResumeNoMessages(true));
        simulate(SimulateScenario.newBuilder().setDisconnectSignalOnResume(true));
        simulation.runForMs(5_000);
        resume();
        assertThat(alice.responses.getFirst().hasReconnect()).isTrue();
        assertThat(alice.isClosed).isFalse();
    }
}
