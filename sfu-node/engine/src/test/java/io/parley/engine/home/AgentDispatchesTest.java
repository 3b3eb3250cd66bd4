// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.parley.api.agent.AgentFields;
import io.parley.api.agent.AgentLimits;
import io.parley.api.agent.JobOffer;
import io.parley.api.agent.JobReport;
import io.parley.api.agent.WorkerKind;
import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.engine.message.AgentPort;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import livekit.LivekitAgent.Job;
import livekit.LivekitAgent.JobStatus;
import livekit.LivekitAgent.JobType;
import livekit.LivekitAgentDispatch.AgentDispatch;
import livekit.LivekitAgentDispatch.CreateAgentDispatchRequest;
import livekit.LivekitAgentDispatch.RoomAgentDispatch;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.Room;
import org.junit.jupiter.api.Test;

/** One room's agents, and what it tells workers. */
class AgentDispatchesTest {
    private final Workers workers = new Workers();
    private final Crowd crowd = new Crowd();
    private final AgentDispatches agents = new AgentDispatches(crowd, workers, new Random(1), () -> 5);

    /** Keeps the offers that nobody took back. */
    private static final class Workers implements AgentPort {
        final Map<JobType, Set<String>> namespaces = new LinkedHashMap<>();
        final Map<String, JobOffer> offered = new LinkedHashMap<>();
        final List<String> terminated = new ArrayList<>();

        void register(JobType type, String namespace) {
            namespaces.computeIfAbsent(type, unused -> new TreeSet<>()).add(namespace);
        }

        @Override
        public Set<String> namespaces(JobType type, String agentName, String deployment) {
            return agentName.isEmpty() ? namespaces.getOrDefault(type, Set.of()) : Set.of();
        }

        @Override
        public void offer(JobOffer offer) {
            offered.put(offer.id(), offer);
        }

        @Override
        public void terminate(String jobId) {
            terminated.add(jobId);
        }

        /** The latest of a type. */
        Job job(JobType type) {
            return offered.values().stream()
                    .map(JobOffer::job)
                    .filter(job -> job.getType() == type)
                    .reduce((first, last) -> last)
                    .orElseThrow();
        }

        List<String> jobs() {
            return offered.values().stream()
                    .map(offer -> offer.job().getType() + " "
                            + offer.job().getParticipant().getIdentity()
                            + WorkerKind.of(offer.job()).namespace())
                    .toList();
        }
    }

    private static final class Crowd implements AgentDispatches.Occupants {
        final Map<String, ParticipantInfo> people = new LinkedHashMap<>();

        @Override
        public Room room() {
            return Room.newBuilder().setName("room").build();
        }

        @Override
        public List<ParticipantInfo> targets() {
            return people.values().stream()
                    .filter(info -> info.getKind() == ParticipantInfo.Kind.STANDARD)
                    .toList();
        }

        @Override
        public boolean has(String identity) {
            return people.containsKey(identity);
        }
    }

    private ParticipantInfo join(String identity, ParticipantInfo.Kind kind) {
        ParticipantInfo info = ParticipantInfo.newBuilder()
                .setIdentity(identity)
                .setSid("PA_" + identity)
                .setKind(kind)
                .build();
        crowd.people.put(identity, info);
        if (kind == ParticipantInfo.Kind.STANDARD) {
            agents.onJoined(info);
        }
        return info;
    }

    private void leave(String identity, DisconnectReason reason) {
        ParticipantInfo info = crowd.people.remove(identity);
        agents.onLeft(info.toBuilder().setDisconnectReason(reason).build());
    }

    private Job running() {
        agents.create(
                CreateAgentDispatchRequest.newBuilder().setAgentName("scribe").build());
        Job job = workers.job(JobType.JT_ROOM);
        agents.onReport(new JobReport.Assigned(job.getId(), "AW_1", "agent"));
        join("agent", ParticipantInfo.Kind.AGENT);
        return job;
    }

    private Job listed() {
        List<AgentDispatch> all = agents.list("");
        return all.getLast().getState().getJobs(0);
    }

    @Test
    void aRoomWithoutAgentsAsksOnlyThoseThatAreThere() {
        agents.start(List.of());
        join("alice", ParticipantInfo.Kind.STANDARD);
        assertThat(workers.offered).isEmpty();
        workers.register(JobType.JT_PUBLISHER, "");
        agents.onPublisher(crowd.people.get("alice"));
        assertThat(workers.jobs()).containsExactly("JT_PUBLISHER alice");
    }

    @Test
    void eachNamespaceHasItsOwnJob() {
        workers.register(JobType.JT_ROOM, "one");
        workers.register(JobType.JT_ROOM, "two");
        agents.start(List.of());
        assertThat(workers.jobs()).containsExactly("JT_ROOM one", "JT_ROOM two");
        assertThat(workers.offered).hasSize(2);
    }

    @Test
    void anAgentThatIsAskedForGetsItsJobsWhetherOrNotAWorkerIsThere() {
        RoomAgentDispatch scribe = RoomAgentDispatch.newBuilder()
                .setAgentName("scribe")
                .setMetadata("m")
                .build();
        agents.start(List.of(scribe));
        join("alice", ParticipantInfo.Kind.STANDARD);
        agents.onPublisher(crowd.people.get("alice"));
        assertThat(workers.jobs()).containsExactly("JT_ROOM ", "JT_PARTICIPANT alice", "JT_PUBLISHER alice");
        assertThat(workers.offered.values()).allSatisfy(offer -> {
            assertThat(offer.job().getId()).startsWith("AJ_");
            assertThat(offer.job().getDispatchId()).startsWith("AD_");
            assertThat(offer.job().getAgentName()).isEqualTo("scribe");
            assertThat(offer.job().getMetadata()).isEqualTo("m");
            assertThat(offer.room().value()).isEqualTo("room");
            assertThat(offer.isResumed()).isFalse();
        });
    }

    @Test
    void aLaterDispatchHasJobsForThoseWhoAreThere() {
        ParticipantInfo alice = join("alice", ParticipantInfo.Kind.STANDARD);
        crowd.people.put("alice", alice.toBuilder().setIsPublisher(true).build());
        join("bob", ParticipantInfo.Kind.STANDARD);
        join("recorder", ParticipantInfo.Kind.EGRESS);
        agents.create(
                CreateAgentDispatchRequest.newBuilder().setAgentName("scribe").build());
        assertThat(workers.jobs())
                .containsExactly("JT_ROOM ", "JT_PARTICIPANT alice", "JT_PUBLISHER alice", "JT_PARTICIPANT bob");
    }

    @Test
    void deploymentAndAttributesReachTheJob() {
        ByteString attribute = ByteString.copyFromUtf8("\n\001k\022\001v");
        agents.create(CreateAgentDispatchRequest.newBuilder()
                .setUnknownFields(UnknownFieldSet.newBuilder()
                        .addField(5, text(ByteString.copyFromUtf8("blue")))
                        .addField(6, text(attribute))
                        .build())
                .build());
        Job job = workers.job(JobType.JT_ROOM);
        assertThat(AgentFields.JOB.deployment(job)).isEqualTo("blue");
        assertThat(job.getUnknownFields().getField(12).getLengthDelimitedList()).containsExactly(attribute);
    }

    private static UnknownFieldSet.Field text(ByteString value) {
        return UnknownFieldSet.Field.newBuilder().addLengthDelimited(value).build();
    }

    @Test
    void aJobIsListedOnceAWorkerTookIt() {
        agents.create(
                CreateAgentDispatchRequest.newBuilder().setAgentName("scribe").build());
        assertThat(agents.list("").getFirst().getState().getJobsList()).isEmpty();
        agents.onReport(new JobReport.Assigned(workers.job(JobType.JT_ROOM).getId(), "AW_1", "agent"));
        assertThat(listed().getState().getStatus()).isEqualTo(JobStatus.JS_RUNNING);
        assertThat(listed().getState().getWorkerId()).isEqualTo("AW_1");
        assertThat(listed().getState().getParticipantIdentity()).isEqualTo("agent");
        assertThat(listed().getState().getStartedAt()).isEqualTo(5_000_000);
        assertThat(agents.list("AD_other")).isEmpty();
    }

    @Test
    void anAgentThatIsCutOffFailsItsJob() {
        Job job = running();
        leave("agent", DisconnectReason.CONNECTION_TIMEOUT);
        assertThat(workers.terminated).containsExactly(job.getId());
        assertThat(listed().getState().getStatus()).isEqualTo(JobStatus.JS_FAILED);
        assertThat(listed().getState().getError()).isEqualTo("agent worker left the room");
    }

    @Test
    void anAgentThatLeavesIsDone() {
        Job job = running();
        leave("agent", DisconnectReason.CLIENT_INITIATED);
        assertThat(workers.terminated).containsExactly(job.getId());
        assertThat(listed().getState().getStatus()).isEqualTo(JobStatus.JS_SUCCESS);
    }

    @Test
    void anAgentThatReconnectsGoesOn() {
        running();
        leave("agent", DisconnectReason.DUPLICATE_IDENTITY);
        assertThat(workers.terminated).isEmpty();
        assertThat(listed().getState().getStatus()).isEqualTo(JobStatus.JS_RUNNING);
    }

    /** Anybody may call itself as an agent does. */
    @Test
    void onlyAgentsEndJobsByLeaving() {
        Job job = running();
        crowd.people.remove("agent");
        join("agent", ParticipantInfo.Kind.STANDARD);
        leave("agent", DisconnectReason.CLIENT_INITIATED);
        assertThat(workers.terminated).doesNotContain(job.getId());
    }

    @Test
    void aWorkerSaysHowItsJobEnded() {
        Job job = running();
        agents.onReport(new JobReport.Ended(job.getId(), "AW_other", JobStatus.JS_SUCCESS, ""));
        assertThat(listed().getState().getStatus()).isEqualTo(JobStatus.JS_RUNNING);
        agents.onReport(new JobReport.Ended(job.getId(), "AW_1", JobStatus.JS_FAILED, "out of tea"));
        assertThat(listed().getState().getStatus()).isEqualTo(JobStatus.JS_FAILED);
        assertThat(listed().getState().getError()).isEqualTo("out of tea");
    }

    @Test
    void aJobWhoseWorkerIsLostBeforeItsAgentCameWaitsForAnother() {
        agents.create(CreateAgentDispatchRequest.getDefaultInstance());
        Job job = workers.job(JobType.JT_ROOM);
        agents.onReport(new JobReport.Assigned(job.getId(), "AW_1", "agent"));
        agents.onReport(new JobReport.WorkerLost(job.getId(), "AW_1"));
        assertThat(workers.offered.get(job.getId()).isResumed()).isTrue();
        agents.onReport(new JobReport.Assigned(job.getId(), "AW_2", "agent"));
        agents.onReport(new JobReport.WorkerLost(job.getId(), "AW_1"));
        assertThat(listed().getState().getWorkerId()).isEqualTo("AW_2");
    }

    @Test
    void anAgentOfALostWorkerGoesOnAndItsJobWaitsForAnotherOnceItLeft() {
        Job job = running();
        agents.onReport(new JobReport.WorkerLost(job.getId(), "AW_1"));
        assertThat(workers.offered.get(job.getId()).isResumed()).isFalse();
        leave("agent", DisconnectReason.CLIENT_INITIATED);
        assertThat(workers.offered.get(job.getId()).isResumed()).isTrue();
        assertThat(workers.terminated).isEmpty();
    }

    @Test
    void anAgentThatWasRemovedIsNotReplaced() {
        Job job = running();
        agents.onReport(new JobReport.WorkerLost(job.getId(), "AW_1"));
        leave("agent", DisconnectReason.PARTICIPANT_REMOVED);
        assertThat(workers.offered.get(job.getId()).isResumed()).isFalse();
        assertThat(workers.terminated).containsExactly(job.getId());
    }

    @Test
    void whoLeavesNeedsNoAgentAndWhoComesBackFindsTheOneItHad() {
        workers.register(JobType.JT_PARTICIPANT, "");
        agents.start(List.of());
        join("alice", ParticipantInfo.Kind.STANDARD);
        Job waiting = workers.job(JobType.JT_PARTICIPANT);
        leave("alice", DisconnectReason.CLIENT_INITIATED);
        assertThat(workers.terminated).containsExactly(waiting.getId());

        join("alice", ParticipantInfo.Kind.STANDARD);
        Job job = workers.job(JobType.JT_PARTICIPANT);
        agents.onReport(new JobReport.Assigned(job.getId(), "AW_1", "agent"));
        leave("alice", DisconnectReason.CLIENT_INITIATED);
        join("alice", ParticipantInfo.Kind.STANDARD);
        assertThat(workers.job(JobType.JT_PARTICIPANT)).isEqualTo(job);
    }

    @Test
    void aDeletedDispatchEndsItsJobsAndRemovesAgentsThatStay() {
        running();
        String id = agents.list("").getFirst().getId();
        AgentDispatch deleted = agents.delete(100, id);
        assertThat(deleted).isNotNull();
        assertThat(deleted.getState().getDeletedAt()).isPositive();
        assertThat(deleted.getState().getJobs(0).getState().getStatus()).isEqualTo(JobStatus.JS_SUCCESS);
        assertThat(workers.terminated).hasSize(1);
        assertThat(agents.list("")).isEmpty();
        assertThat(agents.delete(100, id)).isNull();
        long dueNs = 100 + AgentDispatches.LEAVING_TIME_NS;
        assertThat(agents.nextDeadlineNs()).isEqualTo(dueNs);
        assertThat(agents.pollLeftBehind(dueNs - 1)).isEmpty();
        assertThat(agents.pollLeftBehind(dueNs)).containsExactly("agent");
    }

    @Test
    void theEndOfTheRoomEndsEveryJob() {
        Job job = running();
        agents.close();
        assertThat(workers.terminated).containsExactly(job.getId());
        agents.onReport(new JobReport.Assigned("AJ_late", "AW_1", "agent"));
        assertThat(workers.terminated).contains("AJ_late");
    }

    /** Whoever may administer the room. */
    @Test
    void dispatchesAreBounded() {
        for (int i = 0; i < AgentLimits.MAX_DISPATCHES; i++) {
            agents.create(CreateAgentDispatchRequest.getDefaultInstance());
        }
        assertThatThrownBy(() -> agents.create(CreateAgentDispatchRequest.getDefaultInstance()))
                .isInstanceOfSatisfying(
                        ApiError.class, error -> assertThat(error.code()).isEqualTo(ErrorCode.RESOURCE_EXHAUSTED))
                .hasMessageContaining("64");
    }

    /** Participants that come and go. */
    @Test
    void jobsThatAreOverAreRememberedInBoundedNumber() {
        agents.create(CreateAgentDispatchRequest.getDefaultInstance());
        for (int i = 0; i < 3 * AgentDispatches.MAX_ENDED_JOBS; i++) {
            join("p" + i, ParticipantInfo.Kind.STANDARD);
            Job job = workers.job(JobType.JT_PARTICIPANT);
            agents.onReport(new JobReport.Assigned(job.getId(), "AW_1", "agent" + i));
            agents.onReport(new JobReport.Ended(job.getId(), "AW_1", JobStatus.JS_SUCCESS, ""));
        }
        assertThat(agents.list("").getFirst().getState().getJobsCount()).isEqualTo(AgentDispatches.MAX_ENDED_JOBS);
    }
}
