// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.parley.api.agent.JobOffer;
import io.parley.api.agent.JobReport;
import io.parley.api.agent.WorkerKind;
import io.parley.api.id.RoomName;
import io.parley.cluster.AgentLink;
import io.parley.cluster.WorkerPool;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import livekit.LivekitAgent.Job;
import livekit.LivekitAgent.JobStatus;
import livekit.LivekitAgent.JobType;
import livekit.LivekitModels.Room;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AgentJobsTest {
    private static final WorkerKind SCRIBE = new WorkerKind(JobType.JT_ROOM, "", "scribe", "");

    private final BlockingQueue<JobReport> told = new LinkedBlockingQueue<>();
    private final AtomicInteger busyHomes = new AtomicInteger();
    private final Set<RoomName> busyForGood = ConcurrentHashMap.newKeySet();
    private final AgentJobs jobs = new AgentJobs(this::tell, new Random(1));

    private boolean tell(RoomName room, JobReport report) {
        return !busyForGood.contains(room) && busyHomes.getAndDecrement() <= 0 && told.add(report);
    }

    @AfterEach
    void close() {
        jobs.close();
    }

    /** A room-service whose workers are scripted. */
    private final class Door implements AgentLink.Workers {
        final BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
        final AgentLink.Answers answers;

        Door(String name) {
            answers = jobs.open(name, this);
        }

        Door with(WorkerKind kind, int available, double affinity) {
            answers.tell(List.of(new WorkerPool(kind, 1, available, affinity)));
            return this;
        }

        @Override
        public void onOffer(JobOffer offer) {
            heard.add(offer);
        }

        @Override
        public void onTerminate(String jobId) {
            heard.add(jobId);
        }

        @Override
        public void onLost() {
            heard.add("lost");
        }

        @Nullable
        Object next() throws InterruptedException {
            return heard.poll(10, TimeUnit.SECONDS);
        }

        /** It is asked for a job, and its worker takes it. */
        void does(JobOffer job, String worker) throws InterruptedException {
            assertThat(next()).isEqualTo(job);
            assign(job.id(), worker);
            assertThat(told()).isEqualTo(new JobReport.Assigned(job.id(), worker, "agent"));
        }

        void hasClaimed(JobOffer job, String worker) throws InterruptedException {
            assertThat(told()).isEqualTo(new JobReport.Assigned(job.id(), worker, "agent"));
            assertThat(next()).isInstanceOfSatisfying(JobOffer.class, offer -> {
                assertThat(offer.id()).isEqualTo(job.id());
                assertThat(offer.job().getState().getWorkerId()).isEqualTo(worker);
                assertThat(offer.job().getState().getParticipantIdentity()).isEqualTo("agent");
            });
        }

        void assign(String jobId, String worker) {
            answers.report(new JobReport.Assigned(jobId, worker, "agent"));
        }
    }

    private static JobOffer job(String id, WorkerKind kind) {
        return job(id, kind, "room");
    }

    @SuppressWarnings("deprecation") // workers still have namespaces
    private static JobOffer job(String id, WorkerKind kind, String room) {
        return new JobOffer(
                Job.newBuilder()
                        .setId(id)
                        .setType(kind.type())
                        .setNamespace(kind.namespace())
                        .setAgentName(kind.agentName())
                        .setRoom(Room.newBuilder().setName(room))
                        .build(),
                false);
    }

    private @Nullable JobReport told() throws InterruptedException {
        return told.poll(10, TimeUnit.SECONDS);
    }

    @Test
    void aJobWaitsUntilAWorkerComes() throws Exception {
        JobOffer job = job("AJ_1", SCRIBE);
        jobs.offer(job);
        Door door = new Door("a").with(new WorkerKind(JobType.JT_ROOM, "", "other", ""), 1, 1);
        Door late = new Door("b").with(SCRIBE, 1, 1);
        assertThat(late.next()).isEqualTo(job);
        assertThat(door.heard).isEmpty();
        late.assign("AJ_1", "AW_1");
        assertThat(told()).isEqualTo(new JobReport.Assigned("AJ_1", "AW_1", "agent"));
    }

    @Test
    void whatOneDeclinesTheNextIsAskedAndTheFirstAgainWhenWorkersCome() throws Exception {
        Door one = new Door("a").with(SCRIBE, 1, 1);
        jobs.offer(job("AJ_1", SCRIBE));
        assertThat(one.next()).isEqualTo(job("AJ_1", SCRIBE));
        Door two = new Door("b").with(SCRIBE, 1, 1);
        one.answers.decline("AJ_1");
        assertThat(two.next()).isEqualTo(job("AJ_1", SCRIBE));
        two.answers.decline("AJ_1");
        one.with(SCRIBE, 2, 1);
        assertThat(one.next()).isEqualTo(job("AJ_1", SCRIBE));
    }

    @Test
    void thoseWithMoreIdleWorkersGetMore() throws Exception {
        Door idle = new Door("a").with(SCRIBE, 1, 0.7);
        Door busy = new Door("b").with(SCRIBE, 1, 0);
        for (int i = 0; i < 50; i++) {
            jobs.offer(job("AJ_" + i, SCRIBE));
            assertThat(idle.next()).isEqualTo(job("AJ_" + i, SCRIBE));
            idle.assign("AJ_" + i, "AW_1");
        }
        assertThat(busy.heard).isEmpty();
        idle.with(SCRIBE, 0, 0);
        jobs.offer(job("AJ_last", SCRIBE));
        assertThat(busy.next()).as("all are busy, and one takes more").isEqualTo(job("AJ_last", SCRIBE));
    }

    @Test
    void aRoomServiceThatGoesLeavesItsOffersToOthersAtOnce() throws Exception {
        Door one = new Door("a").with(SCRIBE, 1, 1);
        jobs.offer(job("AJ_1", SCRIBE));
        one.next();
        Door two = new Door("b").with(SCRIBE, 1, 1);
        one.answers.close();
        assertThat(two.next()).isEqualTo(job("AJ_1", SCRIBE));
        one.assign("AJ_1", "AW_1");
        assertThat(one.next()).as("another has it").isEqualTo("AJ_1");
    }

    @Test
    void aRoomServiceThatComesBackHasItsJobs() throws Exception {
        Door door = new Door("a").with(SCRIBE, 1, 1);
        jobs.offer(job("AJ_1", SCRIBE));
        door.next();
        door.assign("AJ_1", "AW_1");
        told();
        Door back = new Door("a");
        back.assign("AJ_1", "AW_1");
        door.answers.close();
        assertThat(told()).isInstanceOf(JobReport.Assigned.class);
        jobs.terminate("AJ_1");
        assertThat(back.next()).isEqualTo("AJ_1");
        assertThat(told).isEmpty();
    }

    @Test
    void theJobsOfARoomServiceThatStaysAwayHaveLostTheirWorkers() throws Exception {
        Door door = new Door("a").with(SCRIBE, 1, 1);
        jobs.offer(job("AJ_1", SCRIBE));
        door.next();
        door.assign("AJ_1", "AW_1");
        told();
        door.answers.close();
        assertThat(told()).isEqualTo(new JobReport.WorkerLost("AJ_1", "AW_1"));
        Door back = new Door("a");
        back.assign("AJ_1", "AW_1");
        assertThat(told()).as("its agent is still there").isInstanceOf(JobReport.Assigned.class);
    }

    @Test
    void aLostWorkerAndAnEndAreTold() throws Exception {
        Door door = new Door("a").with(SCRIBE, 1, 1);
        jobs.offer(job("AJ_1", SCRIBE));
        door.next();
        door.assign("AJ_1", "AW_1");
        told();
        door.answers.report(new JobReport.WorkerLost("AJ_1", "AW_1"));
        assertThat(told()).isEqualTo(new JobReport.WorkerLost("AJ_1", "AW_1"));
        jobs.offer(new JobOffer(job("AJ_1", SCRIBE).job(), true));
        assertThat(door.next()).isEqualTo(new JobOffer(job("AJ_1", SCRIBE).job(), true));
        door.assign("AJ_1", "AW_2");
        told();
        JobReport end = new JobReport.Ended("AJ_1", "AW_2", JobStatus.JS_SUCCESS, "");
        door.answers.report(end);
        assertThat(told()).isEqualTo(end);
        await("nothing is held of it").until(() -> jobs.count() == 0);
    }

    @Test
    void whatIsTerminatedIsHeldNoLonger() throws Exception {
        Door door = new Door("a").with(SCRIBE, 1, 1);
        jobs.offer(job("AJ_1", SCRIBE));
        door.next();
        jobs.terminate("AJ_1");
        assertThat(door.next()).isEqualTo("AJ_1");
        door.assign("AJ_1", "AW_1");
        assertThat(door.next()).as("it came too late").isEqualTo("AJ_1");
        await("nothing is held of it").until(() -> jobs.count() == 0);
    }

    @Test
    void namespacesAreThoseOfTheWorkersThatAreThere() throws Exception {
        WorkerKind inOne = new WorkerKind(JobType.JT_ROOM, "one", "scribe", "");
        Door door = new Door("a").with(inOne, 0, 0);
        await("they are known")
                .until(() -> jobs.namespaces(JobType.JT_ROOM, "scribe", "").contains("one"));
        assertThat(jobs.namespaces(JobType.JT_PUBLISHER, "scribe", "")).isEmpty();
        assertThat(jobs.namespaces(JobType.JT_ROOM, "scribe", "blue")).isEmpty();
        jobs.offer(job("AJ_1", SCRIBE)); // made before anybody could say which namespace
        door.with(inOne, 1, 1);
        assertThat(door.next()).isEqualTo(job("AJ_1", SCRIBE));
        door.answers.close();
        await("they are gone")
                .until(() -> jobs.namespaces(JobType.JT_ROOM, "scribe", "").isEmpty());
    }

    @Test
    void aLostWorkerThatRegistersAnewGoesOn() throws Exception {
        JobOffer job = job("AJ_1", SCRIBE);
        Door one = new Door("a").with(SCRIBE, 1, 1);
        jobs.offer(job);
        one.does(job, "AW_1");
        one.answers.report(new JobReport.WorkerLost("AJ_1", "AW_1"));
        assertThat(told()).isEqualTo(new JobReport.WorkerLost("AJ_1", "AW_1"));
        Door two = new Door("b").with(SCRIBE, 1, 1);
        two.answers.claim("AJ_1", "AW_2");
        two.hasClaimed(job, "AW_2");
        JobReport end = new JobReport.Ended("AJ_1", "AW_2", JobStatus.JS_SUCCESS, "");
        two.answers.report(end);
        assertThat(told()).isEqualTo(end);
        assertThat(jobs.count()).isZero();
    }

    @Test
    void aWorkerThatRegistersAnewBeforeItsLossShowsGoesOnOnceItDoes() throws Exception {
        JobOffer job = job("AJ_1", SCRIBE);
        Door one = new Door("a").with(SCRIBE, 1, 1);
        jobs.offer(job);
        one.does(job, "AW_1");
        Door two = new Door("b").with(SCRIBE, 1, 1);
        two.answers.claim("AJ_1", "AW_2");
        one.answers.report(new JobReport.WorkerLost("AJ_1", "AW_1"));
        two.hasClaimed(job, "AW_2");
    }

    @Test
    void aJobThatAnotherWasAskedForGoesBackToTheWorkerThatHadIt() throws Exception {
        JobOffer job = job("AJ_1", SCRIBE);
        Door one = new Door("a").with(SCRIBE, 1, 1);
        jobs.offer(job);
        one.does(job, "AW_1");
        one.answers.report(new JobReport.WorkerLost("AJ_1", "AW_1"));
        assertThat(told()).isEqualTo(new JobReport.WorkerLost("AJ_1", "AW_1"));
        jobs.offer(job); // its agent is not in the room
        assertThat(one.next()).isEqualTo(job);
        Door two = new Door("b").with(SCRIBE, 1, 1);
        two.answers.claim("AJ_1", "AW_2");
        two.hasClaimed(job, "AW_2");
        assertThat(one.next()).isEqualTo("AJ_1");
        one.assign("AJ_1", "AW_3"); // too late
        assertThat(one.next()).isEqualTo("AJ_1");
    }

    /** Whoever has a worker's token. */
    @Test
    void aJobThatNobodyHadIsNotToBeClaimed() throws Exception {
        JobOffer job = job("AJ_1", SCRIBE);
        jobs.offer(job);
        Door door = new Door("a");
        door.answers.claim("AJ_1", "AW_1");
        door.answers.claim("AJ_none", "AW_1");
        door.with(SCRIBE, 1, 1).does(job, "AW_2");
    }

    @Test
    void aBusyHomeHearsLaterAndInOrder() throws Exception {
        Door door = new Door("a").with(SCRIBE, 1, 1);
        busyHomes.set(2);
        jobs.offer(job("AJ_1", SCRIBE));
        door.next();
        door.assign("AJ_1", "AW_1");
        JobReport end = new JobReport.Ended("AJ_1", "AW_1", JobStatus.JS_SUCCESS, "");
        door.answers.report(end);
        assertThat(told()).isEqualTo(new JobReport.Assigned("AJ_1", "AW_1", "agent"));
        assertThat(told()).isEqualTo(end);
    }

    @Test
    void aBusyHomeHoldsUpNoOther() throws Exception {
        Door door = new Door("a").with(SCRIBE, 1, 1);
        busyForGood.add(new RoomName("busy"));
        for (String room : List.of("busy", "idle")) {
            jobs.offer(job("AJ_" + room, SCRIBE, room));
            door.next();
            door.assign("AJ_" + room, "AW_1");
        }
        assertThat(told()).isEqualTo(new JobReport.Assigned("AJ_idle", "AW_1", "agent"));
    }

    @Test
    void noRoomServiceHasMoreOffersThanItCanFollow() throws Exception {
        Door door = new Door("a").with(SCRIBE, 1, 1);
        IntStream.range(0, AgentJobs.MAX_OFFERS + 10).forEach(i -> jobs.offer(job("AJ_" + i, SCRIBE)));
        for (int i = 0; i < AgentJobs.MAX_OFFERS; i++) {
            assertThat(door.next()).isEqualTo(job("AJ_" + i, SCRIBE));
        }
        assertThat(door.heard).isEmpty();
        door.assign("AJ_0", "AW_1");
        assertThat(door.next()).isEqualTo(job("AJ_" + AgentJobs.MAX_OFFERS, SCRIBE));
    }

    /** Whoever may ask for agents that never come. */
    @Test
    void waitingJobsAreBoundedAndTheNextOneFailsClearly() throws Exception {
        for (int i = 0; i < AgentJobs.MAX_JOBS; i++) {
            jobs.offer(job("AJ_" + i, SCRIBE));
        }
        jobs.offer(job("AJ_more", SCRIBE));
        assertThat(told()).isInstanceOfSatisfying(JobReport.Ended.class, ended -> {
            assertThat(ended.jobId()).isEqualTo("AJ_more");
            assertThat(ended.status()).isEqualTo(JobStatus.JS_FAILED);
            assertThat(ended.error()).contains("65536");
        });
    }
}
