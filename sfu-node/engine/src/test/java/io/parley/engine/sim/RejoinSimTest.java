// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.api.room.RoomRecord;
import io.parley.testkit.Choices;
import io.parley.testkit.SimulatedNetwork.Link;
import io.parley.testkit.Simulation;
import java.util.List;
import livekit.LivekitModels.ClientInfo;
import livekit.LivekitModels.Codec;
import livekit.LivekitModels.Room;
import livekit.LivekitRtc.SignalResponse;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A room of another node that is gone: its members join it here. */
class RejoinSimTest {
    /** livekit-client loses what it hears so soon after the join response. */
    private static final long DEAF_NS = 2_000_000_000L;

    private static final Room RECORD = Room.newBuilder()
            .setName("room")
            .setSid("RM_before")
            .setDepartureTimeout(20)
            .addEnabledCodecs(Codec.newBuilder().setMime("audio/opus"))
            .addEnabledCodecs(Codec.newBuilder().setMime("video/VP8"))
            .build();

    private final Simulation simulation = new Simulation(Choices.ofSeed(43));
    private SimulatedNode node;
    private SimulatedParticipant alice;
    private SimulatedParticipant bob;
    private SimulatedParticipant carol;

    /** Alice is there first; bob, who is the one to watch; and carol, of whom he learns later. */
    private void gather(Arrangement arrangement, ClientInfo.SDK sdk, boolean isTakenOver) {
        node = new SimulatedNode(simulation, Link.PERFECT, arrangement);
        node.inherited = isTakenOver ? new RoomRecord(RECORD, List.of(), true, null) : null;
        alice = node.participant("alice").joinPublishing("room");
        simulation.runUntil("alice is there", 5_000, () -> !alice.cameraSid().isEmpty());
        node.client = ClientInfo.newBuilder().setSdk(sdk).build();
        bob = node.participant("bob").joinPublishing("room");
        simulation.runUntil("bob has his answer", 5_000, () -> has(bob, SignalResponse.MessageCase.JOIN));
        node.client = ClientInfo.getDefaultInstance();
        carol = node.participant("carol").joinPublishing("room");
    }

    private static boolean has(SimulatedParticipant participant, SignalResponse.MessageCase response) {
        return participant.responses.stream().anyMatch(each -> each.getMessageCase() == response);
    }

    private boolean bobSeesBoth() {
        return bob.sees(alice, 5) && bob.sees(carol, 5) && bob.hears(alice, 5) && bob.hears(carol, 5);
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void livekitClientIsToldOfTheOthersWhenItListensAgain(Arrangement arrangement) {
        gather(arrangement, ClientInfo.SDK.JS, true);
        long joinedNs = simulation.nowNs();
        simulation.runUntil("the others see bob", 2_000, () -> alice.sees(bob, 5) && carol.sees(bob, 5));
        simulation.runUntil("bob learns of carol", 5_000, () -> bob.others.containsKey("carol"));
        assertThat(simulation.nowNs() - joinedNs).isGreaterThan(DEAF_NS);
        assertThat(bob.sees(alice, 1)).as("no track of alice before that").isFalse();
        simulation.runUntil("bob sees both", 1_000, this::bobSeesBoth);
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whoLeftMeanwhileIsNotThere(Arrangement arrangement) {
        gather(arrangement, ClientInfo.SDK.JS, true);
        simulation.runUntil("carol sees bob", 2_000, () -> carol.sees(bob, 5));
        alice.leave();
        simulation.runUntil("bob learns of carol", 5_000, () -> bob.others.containsKey("carol"));
        assertThat(bob.others).containsOnlyKeys("carol");
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void othersAreToldAtOnce(Arrangement arrangement) {
        gather(arrangement, ClientInfo.SDK.GO, true);
        long joinedNs = simulation.nowNs();
        simulation.runUntil("bob sees both", 5_000, this::bobSeesBoth);
        assertThat(simulation.nowNs() - joinedNs).isLessThan(DEAF_NS / 2);
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void soIsEveryoneInARoomThatBegins(Arrangement arrangement) {
        gather(arrangement, ClientInfo.SDK.JS, false);
        long joinedNs = simulation.nowNs();
        simulation.runUntil("bob sees both", 5_000, this::bobSeesBoth);
        assertThat(simulation.nowNs() - joinedNs).isLessThan(DEAF_NS / 2);
    }
}
