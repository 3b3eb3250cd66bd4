// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.api.agent.JobOffer;
import io.parley.api.agent.JobReport;
import io.parley.api.id.RoomName;
import io.parley.engine.message.AgentPort;
import io.parley.testkit.Choices;
import io.parley.testkit.SimulatedNetwork.Link;
import io.parley.testkit.Simulation;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import livekit.LivekitAgent.JobStatus;
import livekit.LivekitAgent.JobType;
import livekit.LivekitAgentDispatch.AgentDispatch;
import livekit.LivekitAgentDispatch.DeleteAgentDispatchRequest;
import livekit.LivekitAgentDispatch.ListAgentDispatchRequest;
import livekit.LivekitAgentDispatch.ListAgentDispatchResponse;
import livekit.LivekitAgentDispatch.RoomAgentDispatch;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRoom.DeleteRoomRequest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Agents that come into rooms for their jobs, with workers that come and go. */
class AgentSimTest {
    private static final RoomName ROOM = new RoomName("room");

    /** A worker of every kind; it takes what it is offered after a while, and its agents join as others do. */
    private static final class Workers implements AgentPort {
        final SimulatedNode node;
        final Map<String, JobOffer> waiting = new LinkedHashMap<>();
        final Map<String, SimulatedParticipant> agents = new HashMap<>();
        int worker;

        /** Jobs are taken, and their agents never come. */
        boolean isDazed;

        final Set<String> withoutAgent = new LinkedHashSet<>();

        Workers(SimulatedNode node) {
            this.node = node;
            node.agents = this;
        }

        @Override
        public Set<String> namespaces(JobType type, String agentName, String deployment) {
            return Set.of("");
        }

        @Override
        public void offer(JobOffer offer) {
            waiting.put(offer.id(), offer);
            node.simulation.after(node.simulation.choices().between(0, 50), () -> take(waiting.remove(offer.id())));
        }

        @Override
        public void terminate(String jobId) {
            waiting.remove(jobId);
            SimulatedParticipant agent = agents.remove(jobId);
            if (agent != null) {
                node.simulation.after(10, agent::leave);
            }
        }

        private void take(@Nullable JobOffer offer) {
            if (offer == null) {
                return; // terminated meanwhile
            }
            String id = offer.id();
            int by = worker;
            report(new JobReport.Assigned(id, "AW_" + by, "agent-" + id));
            withoutAgent.remove(id);
            if (isDazed) {
                withoutAgent.add(id);
            } else {
                node.kind = ParticipantInfo.Kind.AGENT;
                agents.put(id, node.participant("agent-" + id).joinWatching(ROOM.value()));
                node.kind = ParticipantInfo.Kind.STANDARD;
            }
        }

        /** Its socket breaks, and another takes its place. @param isKilled whether its agents die with it */
        void lose(boolean isKilled) {
            String lost = "AW_" + worker++;
            withoutAgent.forEach(id -> report(new JobReport.WorkerLost(id, lost)));
            withoutAgent.clear();
            for (String id : List.copyOf(agents.keySet())) {
                report(new JobReport.WorkerLost(id, lost));
                if (isKilled) {
                    agents.remove(id).leave();
                }
            }
        }

        void report(JobReport report) {
            node.onHome(home -> home.onJob(ROOM, report));
        }
    }

    private static SimulatedNode node(long seed, Arrangement arrangement) {
        return new SimulatedNode(new Simulation(Choices.ofSeed(seed)), Link.PERFECT, arrangement);
    }

    private static List<String> present(SimulatedNode node) {
        return node.views.get(ROOM).participants().stream()
                .map(ParticipantInfo::getIdentity)
                .sorted()
                .toList();
    }

    /** One for the room, one for each participant, one for each that publishes. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void eachJobHasItsAgentInTheRoom(Arrangement arrangement) {
        SimulatedNode node = node(81, arrangement);
        Workers workers = new Workers(node);
        node.participant("alice").joinPublishing(ROOM.value());
        node.participant("bob").joinWatching(ROOM.value());
        node.simulation.runForMs(2_000);
        assertThat(workers.agents).hasSize(4);
        assertThat(present(node)).hasSize(6).contains("alice", "bob");
        node.call(ROOM, DeleteRoomRequest.getDefaultInstance());
        assertThat(workers.agents).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whoMakesARoomSaysWhichAgentsItHasAndWhoComesLaterDoesNot(Arrangement arrangement) {
        SimulatedNode node = node(86, arrangement);
        Workers workers = new Workers(node);
        for (String agent : List.of("scribe", "late")) {
            node.creation = CreateRoomRequest.newBuilder()
                    .setMetadata("of " + agent)
                    .addAgents(RoomAgentDispatch.newBuilder().setAgentName(agent))
                    .build();
            node.participant("user of " + agent).joinWatching(ROOM.value());
            node.simulation.runForMs(1_000);
        }
        assertThat(dispatches(node)).extracting(AgentDispatch::getAgentName).containsExactly("scribe");
        assertThat(node.views.get(ROOM).room().getMetadata()).isEqualTo("of scribe");
        assertThat(workers.agents).hasSize(3);
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void agentsOfAKilledWorkerAreReplaced(Arrangement arrangement) {
        SimulatedNode node = node(82, arrangement);
        Workers workers = new Workers(node);
        node.participant("alice").joinPublishing(ROOM.value());
        node.simulation.runForMs(2_000);
        List<String> before = present(node);
        assertThat(before).hasSize(4);
        workers.lose(true);
        node.simulation.runForMs(2_000);
        assertThat(workers.agents).hasSize(3);
        assertThat(present(node)).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void agentsThatOutliveTheirWorkersConnectionAreLeftAlone(Arrangement arrangement) {
        SimulatedNode node = node(83, arrangement);
        Workers workers = new Workers(node);
        node.participant("alice").joinPublishing(ROOM.value());
        node.simulation.runForMs(2_000);
        Map<String, SimulatedParticipant> before = Map.copyOf(workers.agents);
        workers.lose(false);
        node.simulation.runForMs(2_000);
        assertThat(workers.agents).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void jobsOfAWorkerThatIsLostBeforeItsAgentsCameAreDoneByAnother(Arrangement arrangement) {
        SimulatedNode node = node(84, arrangement);
        Workers workers = new Workers(node);
        workers.isDazed = true;
        node.call(ROOM, CreateRoomRequest.getDefaultInstance());
        node.simulation.runForMs(1_000);
        String job = dispatches(node).getFirst().getState().getJobs(0).getId();
        workers.isDazed = false;
        workers.report(new JobReport.WorkerLost(job, "AW_0"));
        node.simulation.runForMs(1_000);
        assertThat(present(node)).containsExactly("agent-" + job);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void howeverWorkersComeAndGoEachJobHasOneAgentInTheEnd(long seed, Arrangement arrangement) {
        SimulatedNode node = node(seed, arrangement);
        Choices choices = node.simulation.choices();
        Workers workers = new Workers(node);
        int participants = 0;
        for (int i = 0; i < 30; i++) {
            switch (choices.between(0, 4)) {
                case 0, 1 -> node.participant("p" + participants++).joinWatching(ROOM.value());
                case 2 -> workers.lose(true);
                case 3 -> workers.lose(false);
                default -> workers.isDazed = !workers.isDazed;
            }
            node.simulation.runForMs(choices.between(1, 400));
        }
        workers.isDazed = false;
        node.participant("p" + participants++).joinWatching(ROOM.value());
        workers.lose(true);
        node.simulation.runForMs(5_000);
        assertThat(present(node))
                .hasSize(participants + 1 + participants)
                .filteredOn(identity -> identity.startsWith("agent-"))
                .hasSize(1 + participants);
        assertThat(dispatches(node).getFirst().getState().getJobsList())
                .hasSize(1 + participants)
                .allSatisfy(job -> assertThat(job.getState().getStatus()).isEqualTo(JobStatus.JS_RUNNING));
    }

    static Stream<Arguments> seeds() {
        return LongStream.range(0, 10)
                .boxed()
                .flatMap(seed -> Stream.of(Arrangement.values()).map(arrangement -> Arguments.of(seed, arrangement)));
    }

    /** Agents that were told to leave and did not. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void agentsOfADeletedDispatchAreRemovedAfterThreeSeconds(Arrangement arrangement) {
        SimulatedNode node = node(85, arrangement);
        Workers workers = new Workers(node);
        node.participant("alice").joinWatching(ROOM.value());
        node.simulation.runForMs(1_000);
        assertThat(present(node)).hasSize(3);
        workers.agents.clear();
        String dispatch = dispatches(node).getFirst().getId();
        node.call(
                ROOM,
                DeleteAgentDispatchRequest.newBuilder().setDispatchId(dispatch).build());
        node.simulation.runForMs(2_900);
        assertThat(present(node)).hasSize(3);
        node.simulation.runForMs(200);
        assertThat(present(node)).containsExactly("alice");
    }

    private static List<AgentDispatch> dispatches(SimulatedNode node) {
        return node.call(ROOM, ListAgentDispatchRequest.getDefaultInstance()).answer
                        instanceof ListAgentDispatchResponse list
                ? list.getAgentDispatchesList()
                : List.of();
    }
}
