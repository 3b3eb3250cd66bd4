// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.home;

import io.parley.api.agent.AgentFields;
import io.parley.api.agent.AgentLimits;
import io.parley.api.agent.JobOffer;
import io.parley.api.agent.JobReport;
import io.parley.api.agent.WorkerKind;
import io.parley.api.id.DispatchId;
import io.parley.api.id.JobId;
import io.parley.api.room.RoomRecord;
import io.parley.engine.message.AgentPort;
import io.parley.rtc.time.Deadline;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import livekit.LivekitAgent.Job;
import livekit.LivekitAgent.JobState;
import livekit.LivekitAgent.JobStatus;
import livekit.LivekitAgent.JobType;
import livekit.LivekitAgentDispatch.AgentDispatch;
import livekit.LivekitAgentDispatch.AgentDispatchState;
import livekit.LivekitAgentDispatch.CreateAgentDispatchRequest;
import livekit.LivekitAgentDispatch.RoomAgentDispatch;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.Room;
import org.jspecify.annotations.Nullable;

/**
 * The agents that are wanted in one room, and the jobs that they make: one for the room when it starts, one for each
 * participant when it joins and one when it first publishes, each in every namespace that has workers for it. A room that is
 * created without agents wants any that wait for no name. A job whose worker is lost waits for another once its agent is not
 * in the room. Owned by the home.
 */
public final class AgentDispatches {
    /** How long agents have to leave by themselves when their dispatch is deleted. */
    static final long LEAVING_TIME_NS = 3_000_000_000L;

    /** Of a dispatch: for longer nobody remembers. */
    static final int MAX_ENDED_JOBS = 32;

    private static final long MS_NS = 1_000_000L;

    /** The room whose agents these are. */
    interface Occupants {
        Room room();

        /** Who may need an agent: neither agents nor recorders. */
        List<ParticipantInfo> targets();

        boolean has(String identity);
    }

    /** @param isImplied nobody asked for it: it makes jobs for workers that are there, and for no others */
    private record Dispatch(AgentDispatch info, boolean isImplied, Map<String, Work> jobs) {}

    /** One job. */
    private static final class Work {
        final Dispatch dispatch;
        Job job;

        /** The agent goes on in the room; when it leaves, the job waits for another worker. */
        boolean isWorkerLost;

        Work(Dispatch dispatch, Job job) {
            this.dispatch = dispatch;
            this.job = job;
        }

        JobStatus status() {
            return job.getState().getStatus();
        }

        boolean isOver() {
            return status() == JobStatus.JS_SUCCESS || status() == JobStatus.JS_FAILED;
        }

        boolean isOf(String workerId) {
            return job.getState().getWorkerId().equals(workerId);
        }
    }

    /** An agent that should have left by then. */
    private record LeftBehind(String identity, long atNs) {}

    private final Occupants occupants;
    private final AgentPort port;
    private final RandomGenerator random;
    private final LongSupplier wallMs;
    private final Map<String, Dispatch> dispatches = new LinkedHashMap<>();

    /** Jobs that are not over, by id. */
    private final Map<String, Work> works = new HashMap<>();

    private final ArrayDeque<LeftBehind> leftBehind = new ArrayDeque<>();

    /** @param wallMs milliseconds since 1970 */
    AgentDispatches(Occupants occupants, AgentPort port, RandomGenerator random, LongSupplier wallMs) {
        this.occupants = occupants;
        this.port = port;
        this.random = random;
        this.wallMs = wallMs;
    }

    /** The room starts. @param agents that it was created with */
    void start(List<RoomAgentDispatch> agents) {
        if (agents.isEmpty()) {
            add(AgentDispatch.newBuilder(), true);
        }
        for (RoomAgentDispatch agent : agents) {
            AgentDispatch.Builder info = AgentDispatch.newBuilder()
                    .setAgentName(agent.getAgentName())
                    .setMetadata(agent.getMetadata());
            AgentFields.ROOM_DISPATCH.copy(agent, AgentFields.DISPATCH, info);
            add(info, false);
        }
    }

    /** The room goes on, after it lost its node. Agents that were in it had their jobs from there. */
    void goOn(List<RoomRecord.Dispatch> inherited) {
        inherited.forEach(dispatch -> add(dispatch.info(), dispatch.isImplied()));
    }

    /** What of it outlives the node. */
    List<RoomRecord.Dispatch> records() {
        return dispatches.values().stream()
                .map(dispatch -> new RoomRecord.Dispatch(dispatch.info(), dispatch.isImplied()))
                .toList();
    }

    long nextDeadlineNs() {
        LeftBehind next = leftBehind.peek();
        return next == null ? Deadline.NEVER : next.atNs();
    }

    /** Identities of agents whose dispatch is gone for long enough. */
    List<String> pollLeftBehind(long nowNs) {
        List<String> due = new ArrayList<>();
        for (LeftBehind next = leftBehind.peek();
                next != null && Deadline.isDue(next.atNs(), nowNs);
                next = leftBehind.peek()) {
            due.add(leftBehind.remove().identity());
        }
        return due;
    }

    // ---- from the API ----

    /** @throws io.parley.api.error.ApiError RESOURCE_EXHAUSTED if the room has as many as may be */
    public AgentDispatch create(CreateAgentDispatchRequest request) {
        if (dispatches.size() >= AgentLimits.MAX_DISPATCHES) {
            throw AgentLimits.tooManyDispatches();
        }
        AgentDispatch.Builder info =
                AgentDispatch.newBuilder().setAgentName(request.getAgentName()).setMetadata(request.getMetadata());
        AgentFields.CREATE_DISPATCH.copy(request, AgentFields.DISPATCH, info);
        return add(info, false).info();
    }

    /** Ends its jobs; agents that don't leave are removed. @return null if there is none of that id */
    public @Nullable AgentDispatch delete(long nowNs, String dispatchId) {
        Dispatch dispatch = dispatches.remove(dispatchId);
        if (dispatch == null) {
            return null;
        }
        for (Work work : List.copyOf(dispatch.jobs().values())) {
            if (work.isOver()) {
                continue;
            }
            String identity = work.job.getState().getParticipantIdentity();
            if (work.status() == JobStatus.JS_RUNNING && !identity.isEmpty()) {
                leftBehind.add(new LeftBehind(identity, nowNs + LEAVING_TIME_NS));
            }
            terminate(work, JobStatus.JS_SUCCESS, "");
        }
        AgentDispatch told = told(dispatch);
        return told.toBuilder()
                .setState(told.getState().toBuilder().setDeletedAt(wallNs()))
                .build();
    }

    /** With the jobs that a worker took. @param dispatchId "" for all */
    public List<AgentDispatch> list(String dispatchId) {
        return dispatches.values().stream()
                .filter(dispatch ->
                        dispatchId.isEmpty() || dispatch.info().getId().equals(dispatchId))
                .map(AgentDispatches::told)
                .toList();
    }

    private static AgentDispatch told(Dispatch dispatch) {
        AgentDispatchState.Builder state = dispatch.info().getState().toBuilder();
        dispatch.jobs().values().stream()
                .filter(work -> work.status() != JobStatus.JS_PENDING)
                .forEach(work -> state.addJobs(work.job));
        return dispatch.info().toBuilder().setState(state).build();
    }

    private Dispatch add(AgentDispatch.Builder info, boolean isImplied) {
        info.setId(DispatchId.random(random).value())
                .setRoom(occupants.room().getName())
                .setState(AgentDispatchState.newBuilder().setCreatedAt(wallNs()));
        return add(info.build(), isImplied);
    }

    private Dispatch add(AgentDispatch info, boolean isImplied) {
        Dispatch dispatch = new Dispatch(info, isImplied, new LinkedHashMap<>());
        dispatches.put(info.getId(), dispatch);
        launch(dispatch, JobType.JT_ROOM, null);
        for (ParticipantInfo participant : occupants.targets()) {
            launch(dispatch, JobType.JT_PARTICIPANT, participant);
            if (participant.getIsPublisher()) {
                launch(dispatch, JobType.JT_PUBLISHER, participant);
            }
        }
        return dispatch;
    }

    // ---- from the room ----

    void onJoined(ParticipantInfo participant) {
        dispatches.values().forEach(dispatch -> launch(dispatch, JobType.JT_PARTICIPANT, participant));
    }

    /** It publishes for the first time. */
    void onPublisher(ParticipantInfo participant) {
        dispatches.values().forEach(dispatch -> launch(dispatch, JobType.JT_PUBLISHER, participant));
    }

    /** @param participant with the reason for which it left */
    void onLeft(ParticipantInfo participant) {
        for (Work work : List.copyOf(works.values())) {
            if (work.status() == JobStatus.JS_PENDING) {
                if (work.job.getParticipant().getSid().equals(participant.getSid())) {
                    terminate(work, JobStatus.JS_SUCCESS, "");
                }
            } else if (work.job.getState().getParticipantIdentity().equals(participant.getIdentity())
                    && participant.getKind() == ParticipantInfo.Kind.AGENT) {
                onAgentLeft(work, participant.getDisconnectReason());
            }
        }
    }

    private void onAgentLeft(Work work, DisconnectReason reason) {
        switch (reason) {
            case DUPLICATE_IDENTITY, STATE_MISMATCH, MIGRATION -> {
                // the same agent is back, or on its way
            }
            case PARTICIPANT_REMOVED, ROOM_DELETED -> terminate(work, JobStatus.JS_SUCCESS, "");
            default -> {
                if (work.isWorkerLost) {
                    offerAgain(work);
                } else if (reason == DisconnectReason.CLIENT_INITIATED) {
                    terminate(work, JobStatus.JS_SUCCESS, "");
                } else {
                    terminate(work, JobStatus.JS_FAILED, "agent worker left the room");
                }
            }
        }
    }

    /** The room is over. */
    void close() {
        List.copyOf(works.values()).forEach(work -> terminate(work, JobStatus.JS_SUCCESS, ""));
        dispatches.clear();
    }

    private void launch(Dispatch dispatch, JobType type, @Nullable ParticipantInfo participant) {
        AgentDispatch info = dispatch.info();
        String identity = participant == null ? "" : participant.getIdentity();
        Set<String> namespaces = port.namespaces(type, info.getAgentName(), AgentFields.DISPATCH.deployment(info));
        if (namespaces.isEmpty() && !dispatch.isImplied()) {
            namespaces = Set.of("");
        }
        for (String namespace : namespaces) {
            if (dispatch.jobs().values().stream().noneMatch(work -> isFor(work, type, identity, namespace))) {
                Work work = new Work(dispatch, job(info, type, participant, namespace));
                dispatch.jobs().put(work.job.getId(), work);
                works.put(work.job.getId(), work);
                port.offer(new JobOffer(work.job, false));
            }
        }
    }

    /** Whether there is one already: a participant that comes back finds its agent. */
    private static boolean isFor(Work work, JobType type, String identity, String namespace) {
        return !work.isOver()
                && work.job.getType() == type
                && work.job.getParticipant().getIdentity().equals(identity)
                && WorkerKind.of(work.job).namespace().equals(namespace);
    }

    @SuppressWarnings("deprecation") // workers still have namespaces
    private Job job(AgentDispatch info, JobType type, @Nullable ParticipantInfo participant, String namespace) {
        Job.Builder job = Job.newBuilder()
                .setId(JobId.random(random).value())
                .setDispatchId(info.getId())
                .setType(type)
                .setRoom(occupants.room())
                .setNamespace(namespace)
                .setMetadata(info.getMetadata())
                .setAgentName(info.getAgentName())
                .setState(JobState.newBuilder().setUpdatedAt(wallNs()));
        if (participant != null) {
            job.setParticipant(participant);
        }
        AgentFields.DISPATCH.copy(info, AgentFields.JOB, job);
        return job.build();
    }

    // ---- from workers ----

    /** What came of a job; of one that is over already, its worker is told so. */
    public void onReport(JobReport report) {
        Work work = works.get(report.jobId());
        if (work == null) {
            port.terminate(report.jobId());
            return;
        }
        switch (report) {
            case JobReport.Assigned(String id, String workerId, String identity) -> {
                work.isWorkerLost = false;
                update(
                        work,
                        work.job.getState().toBuilder()
                                .setStatus(JobStatus.JS_RUNNING)
                                .setStartedAt(wallNs())
                                .setWorkerId(workerId)
                                .setParticipantIdentity(identity));
            }
            case JobReport.Ended(String id, String workerId, JobStatus status, String error) -> {
                if (work.isOf(workerId)) {
                    end(work, status, error);
                }
            }
            case JobReport.WorkerLost(String id, String workerId) -> {
                if (work.isOf(workerId)) {
                    work.isWorkerLost = true;
                    if (!occupants.has(work.job.getState().getParticipantIdentity())) {
                        offerAgain(work);
                    }
                }
            }
        }
    }

    private void offerAgain(Work work) {
        work.isWorkerLost = false;
        update(work, JobState.newBuilder());
        port.offer(new JobOffer(work.job, true));
    }

    /** One that no worker took never was. */
    private void terminate(Work work, JobStatus status, String error) {
        String id = work.job.getId();
        port.terminate(id);
        if (work.status() == JobStatus.JS_PENDING) {
            works.remove(id);
            work.dispatch.jobs().remove(id);
        } else {
            end(work, status, error);
        }
    }

    private void end(Work work, JobStatus status, String error) {
        works.remove(work.job.getId());
        update(
                work,
                work.job.getState().toBuilder()
                        .setStatus(status)
                        .setError(error)
                        .setEndedAt(wallNs()));
        long ended = work.dispatch.jobs().values().stream().filter(Work::isOver).count();
        for (Iterator<Work> oldest = work.dispatch.jobs().values().iterator();
                ended > MAX_ENDED_JOBS && oldest.hasNext(); ) {
            if (oldest.next().isOver()) {
                oldest.remove();
                ended--;
            }
        }
    }

    private void update(Work work, JobState.Builder state) {
        work.job = work.job.toBuilder().setState(state.setUpdatedAt(wallNs())).build();
    }

    private long wallNs() {
        return wallMs.getAsLong() * MS_NS;
    }
}
