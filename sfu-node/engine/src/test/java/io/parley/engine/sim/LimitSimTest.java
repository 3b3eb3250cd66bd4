// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.api.token.ParticipantLimits;
import io.parley.engine.seat.SeatLimits;
import io.parley.testkit.Choices;
import io.parley.testkit.SimulatedNetwork.Link;
import io.parley.testkit.Simulation;
import java.util.List;
import livekit.LivekitRtc.RequestResponse;
import livekit.LivekitRtc.SignalRequest;
import livekit.LivekitRtc.SignalResponse;
import livekit.LivekitRtc.UpdateParticipantMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A node whose limits are not LiveKit's. */
class LimitSimTest {
    private static SimulatedNode node(Arrangement arrangement, SeatLimits limits) {
        return new SimulatedNode(new Simulation(Choices.ofSeed(61)), Link.PERFECT, arrangement, List.of(), limits);
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void asManyVideosComeAsMayAndTheNextWhenOneEnds(Arrangement arrangement) {
        SimulatedNode node = node(arrangement, new SeatLimits(ParticipantLimits.DEFAULTS, 1, 0));
        SimulatedParticipant viewer = node.participant("viewer").joinWatching("room");
        SimulatedParticipant first = node.participant("first").joinPublishing("room");
        node.simulation.runUntil("the first", 5_000, () -> viewer.sees(first, 5) && viewer.hears(first, 5));
        SimulatedParticipant second = node.participant("second").joinPublishing("room");
        node.simulation.runUntil("the second is heard", 5_000, () -> viewer.hears(second, 5));
        SimulatedParticipant third = node.participant("third").joinPublishing("room");
        node.simulation.runUntil("the third is heard", 5_000, () -> viewer.hears(third, 5));
        node.simulation.runForMs(2_000);
        assertThat(viewer.sees(second, 1) || viewer.sees(third, 1)).isFalse();

        viewer.subscribe(first.cameraSid(), false);
        node.simulation.runUntil("the second", 5_000, () -> viewer.sees(second, 5));
        assertThat(viewer.sees(third, 1)).isFalse();
        second.leave();
        node.simulation.runUntil("the third", 5_000, () -> viewer.sees(third, 5));
    }

    @Test
    void whoSaysTooMuchIsToldTheLimitAndItsKey() {
        SimulatedNode node = node(Arrangement.ONE_SHARD, new SeatLimits(ParticipantLimits.of(0, 0, 5, 10, 20), 0, 0));
        SimulatedParticipant alice = node.participant("alice").joinWatching("room");
        node.simulation.runUntil("in", 5_000, () -> alice.media.isConnected);
        UpdateParticipantMetadata none = UpdateParticipantMetadata.getDefaultInstance();
        assertThat(answer(node, alice, none.toBuilder().setName("über1")))
                .contains("5 (parley.limit.max-participant-name-length)");
        assertThat(answer(node, alice, none.toBuilder().setMetadata("x".repeat(11))))
                .contains("10 (parley.limit.max-metadata-size)");
        assertThat(answer(node, alice, none.toBuilder().putAttributes("key", "x".repeat(18))))
                .contains("20 (parley.limit.max-attributes-size)");
        assertThat(answer(node, alice, none.toBuilder().putAttributes("one", "x".repeat(10))))
                .isEmpty();
        assertThat(answer(node, alice, none.toBuilder().putAttributes("two", "x".repeat(10))))
                .as("what adds up to too much")
                .contains("20 (parley.limit.max-attributes-size)");
        assertThat(answer(node, alice, none.toBuilder().setName("alice"))).isEmpty();
    }

    /** The message of a refusal, or "". */
    private static String answer(
            SimulatedNode node, SimulatedParticipant participant, UpdateParticipantMetadata.Builder update) {
        participant.responses.clear();
        node.request(
                participant,
                SignalRequest.newBuilder().setUpdateMetadata(update).build());
        node.simulation.runUntil(
                "an answer", 1_000, () -> participant.responses.stream().anyMatch(SignalResponse::hasRequestResponse));
        RequestResponse answer = participant.responses.stream()
                .filter(SignalResponse::hasRequestResponse)
                .findFirst()
                .orElseThrow()
                .getRequestResponse();
        assertThat(answer.getReason())
                .isEqualTo(
                        answer.getMessage().isEmpty()
                                ? RequestResponse.Reason.OK
                                : RequestResponse.Reason.LIMIT_EXCEEDED);
        return answer.getMessage();
    }
}
