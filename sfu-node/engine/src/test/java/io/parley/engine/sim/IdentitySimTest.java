// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.api.error.ErrorCode;
import io.parley.api.id.RoomName;
import io.parley.api.room.IdentityPolicy;
import io.parley.engine.message.RoomView;
import io.parley.testkit.Choices;
import io.parley.testkit.SimulatedNetwork.Link;
import io.parley.testkit.Simulation;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRtc.SignalResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several that come with one identity: who has a token can give it to any number. */
class IdentitySimTest {
    private static final RoomName ROOM = new RoomName("room");

    private final Simulation simulation = new Simulation(Choices.ofSeed(13));
    private SimulatedNode node;

    private void start(Arrangement arrangement, @Nullable IdentityPolicy policy) {
        node = new SimulatedNode(simulation, Link.PERFECT, arrangement);
        node.creation = creation(policy);
    }

    private static CreateRoomRequest creation(@Nullable IdentityPolicy policy) {
        return policy == null
                ? CreateRoomRequest.getDefaultInstance()
                : CreateRoomRequest.newBuilder()
                        .putTags(IdentityPolicy.TAG, policy.word())
                        .build();
    }

    /** Is let in or refused. */
    private SimulatedParticipant join(String identity) {
        SimulatedParticipant participant = node.participant(identity).joinPublishing("room");
        simulation.runUntil("an answer", 10_000, () -> participant.media.isConnected || participant.refusal != null);
        return participant;
    }

    private static ParticipantInfo self(SimulatedParticipant participant) {
        return participant.responses.stream()
                .filter(SignalResponse::hasJoin)
                .findFirst()
                .orElseThrow()
                .getJoin()
                .getParticipant();
    }

    private List<String> identities() {
        RoomView view = Objects.requireNonNull(node.views.get(ROOM));
        return view.participants().stream().map(ParticipantInfo::getIdentity).toList();
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whoIsThereIsReplacedWhereNobodySaysOtherwise(Arrangement arrangement) {
        start(arrangement, null);
        SimulatedParticipant first = join("alice");
        SimulatedParticipant second = join("alice");
        simulation.runUntil("the first goes", 1_000, () -> first.isClosed);
        assertThat(first.responses.getLast().getLeave().getReason()).isEqualTo(DisconnectReason.DUPLICATE_IDENTITY);
        assertThat(self(second).getIdentity()).isEqualTo("alice");
        assertThat(identities()).containsExactly("alice");
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aRoomThatRejectsKeepsWhoIsThere(Arrangement arrangement) {
        start(arrangement, IdentityPolicy.REJECT);
        SimulatedParticipant first = join("alice");
        node.creation = creation(null);
        SimulatedParticipant second = join("alice");
        assertThat(Objects.requireNonNull(second.refusal).code()).isEqualTo(ErrorCode.PERMISSION_DENIED);
        assertThat(second.refusal).hasMessageContaining("alice");
        assertThat(second.responses).as("the refusal is all").isEmpty();
        assertThat(first.isClosed).isFalse();

        node.creation = creation(IdentityPolicy.REPLACE);
        join("alice");
        simulation.runUntil("a token that replaces has its way", 1_000, () -> first.isClosed);
        assertThat(identities()).containsExactly("alice");
    }

    /** A join afresh, whose seat of before nobody missed yet: it comes with the token that it was given. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whoComesBackFindsOnlyItself(Arrangement arrangement) {
        start(arrangement, IdentityPolicy.REJECT);
        SimulatedParticipant before = join("alice");
        before.vanish();
        SimulatedParticipant again = node.participant("alice");
        again.returning = before.claims.getLast().getSid();
        again.joinPublishing("room");
        simulation.runUntil("in", 10_000, () -> again.media.isConnected);
        assertThat(again.refusal).isNull();
        assertThat(identities()).containsExactly("alice");
        SimulatedParticipant other = node.participant("alice");
        other.returning = before.claims.getLast().getSid();
        other.joinPublishing("room");
        simulation.runUntil("a token of before is no other's", 10_000, () -> other.refusal != null);
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aRoomThatNumbersTakesAllAndEachKnowsItsName(Arrangement arrangement) {
        start(arrangement, IdentityPolicy.SUFFIX);
        SimulatedParticipant first = join("alice");
        SimulatedParticipant second = join("alice");
        SimulatedParticipant third = join("alice");
        assertThat(identities()).containsExactly("alice", "alice#2", "alice#3");
        assertThat(self(second).getIdentity()).isEqualTo("alice#2");
        assertThat(third.claims.getFirst().getIdentity())
                .as("in its fresh token")
                .isEqualTo("alice#3");
        simulation.runUntil(
                "they see each other",
                5_000,
                () -> first.others.keySet().containsAll(List.of("alice#2", "alice#3"))
                        && third.others.keySet().containsAll(List.of("alice", "alice#2")));
        second.leave();
        simulation.runUntil("a number is free", 1_000, () -> !identities().contains("alice#2"));
        assertThat(self(join("alice")).getIdentity()).isEqualTo("alice#2");
    }

    /** By the token that it came with, which names another; LiveKit would give it the other's seat. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aResumeFindsTheSeatOfItsSidAndNoOther(Arrangement arrangement) {
        start(arrangement, IdentityPolicy.SUFFIX);
        SimulatedParticipant first = join("alice");
        SimulatedParticipant second = join("alice");
        second.loseSignal();
        second.resume("room");
        simulation.runUntil(
                "it is told who it is",
                1_000,
                () -> second.responses.stream()
                        .anyMatch(response -> response.getUpdate().getParticipantsList().stream()
                                .anyMatch(info -> info.getSid().equals(second.sid.value())
                                        && info.getIdentity().equals("alice#2"))));
        assertThat(first.isClosed).isFalse();

        SimulatedParticipant bob = join("bob");
        bob.loseSignal();
        bob.sid = first.sid;
        bob.resume("room");
        simulation.runForMs(100);
        assertThat(bob.resumed).as("with the sid of somebody else").isFalse();
    }

    /** Who replaces an agent, which does not count, is one more. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void noIdentityLeadsPastTheLimit(Arrangement arrangement) {
        start(arrangement, null);
        node.creation = CreateRoomRequest.newBuilder().setMaxParticipants(1).build();
        node.kind = ParticipantInfo.Kind.AGENT;
        SimulatedParticipant agent = join("agent");
        node.kind = ParticipantInfo.Kind.STANDARD;
        join("alice");
        assertThat(join("agent").refusal).isNotNull();
        assertThat(agent.isClosed).isFalse();
        assertThat(join("alice").refusal).as("in her own place").isNull();
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aNumberedOneCountsAsOneMore(Arrangement arrangement) {
        start(arrangement, null);
        node.creation = creation(IdentityPolicy.SUFFIX).toBuilder()
                .setMaxParticipants(3)
                .build();
        List<SimulatedParticipant> all = new ArrayList<>();
        Stream.generate(() -> node.participant("alice").joinPublishing("room"))
                .limit(8)
                .forEach(all::add);
        simulation.runUntil(
                "all have an answer",
                10_000,
                () -> all.stream().allMatch(each -> each.media.isConnected || each.refusal != null));
        assertThat(identities()).containsExactlyInAnyOrder("alice", "alice#2", "alice#3");
        assertThat(all)
                .filteredOn(each -> each.refusal != null)
                .hasSize(5)
                .allSatisfy(refused -> assertThat(refused.refusal).hasMessageContaining("max participants"));
    }
}
