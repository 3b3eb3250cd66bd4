// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.parley.api.agent.JobOffer;
import io.parley.api.agent.JobReport;
import io.parley.api.agent.WorkerKind;
import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.cluster.AgentLink;
import io.parley.cluster.WorkerPool;
import io.parley.cluster.v1.AgentDown;
import io.parley.cluster.v1.AgentUp;
import io.parley.cluster.v1.JobAssigned;
import io.parley.cluster.v1.JobEnded;
import io.parley.cluster.v1.JobWorkerLost;
import io.parley.cluster.v1.WorkerPools;
import java.util.List;
import livekit.LivekitAgent.Job;
import livekit.LivekitAgent.JobStatus;
import livekit.LivekitAgent.JobType;

/** What passes over an agent link, on the wire and off it. */
final class AgentMessages {
    private AgentMessages() {}

    // ---- up ----

    static AgentUp pools(List<WorkerPool> pools) {
        WorkerPools.Builder all = WorkerPools.newBuilder();
        for (WorkerPool pool : pools) {
            all.addPools(io.parley.cluster.v1.WorkerPool.newBuilder()
                    .setType(pool.kind().type().getNumber())
                    .setNamespace(pool.kind().namespace())
                    .setAgentName(pool.kind().agentName())
                    .setDeployment(pool.kind().deployment())
                    .setWorkers(pool.workers())
                    .setAvailable(pool.available())
                    .setAffinity(pool.affinity()));
        }
        return AgentUp.newBuilder().setPools(all).build();
    }

    static AgentUp report(JobReport report) {
        AgentUp.Builder up = AgentUp.newBuilder();
        return switch (report) {
            case JobReport.Assigned(String jobId, String workerId, String identity) ->
                up.setAssigned(JobAssigned.newBuilder()
                                .setJobId(jobId)
                                .setWorkerId(workerId)
                                .setIdentity(identity))
                        .build();
            case JobReport.Ended(String jobId, String workerId, JobStatus status, String error) ->
                up.setEnded(JobEnded.newBuilder()
                                .setJobId(jobId)
                                .setWorkerId(workerId)
                                .setStatus(status.getNumber())
                                .setError(error))
                        .build();
            case JobReport.WorkerLost(String jobId, String workerId) ->
                up.setWorkerLost(JobWorkerLost.newBuilder().setJobId(jobId).setWorkerId(workerId))
                        .build();
        };
    }

    /** What came up goes to the node. */
    static void deliver(AgentUp up, AgentLink.Answers node) {
        switch (up.getMessageCase()) {
            case POOLS ->
                node.tell(up.getPools().getPoolsList().stream()
                        .map(AgentMessages::pool)
                        .toList());
            case DECLINED -> node.decline(up.getDeclined());
            case ASSIGNED -> {
                JobAssigned assigned = up.getAssigned();
                node.report(
                        new JobReport.Assigned(assigned.getJobId(), assigned.getWorkerId(), assigned.getIdentity()));
            }
            case ENDED -> {
                JobEnded ended = up.getEnded();
                JobStatus status = JobStatus.forNumber(ended.getStatus());
                node.report(new JobReport.Ended(
                        ended.getJobId(),
                        ended.getWorkerId(),
                        status == null ? JobStatus.JS_FAILED : status,
                        ended.getError()));
            }
            case WORKER_LOST -> {
                JobWorkerLost lost = up.getWorkerLost();
                node.report(new JobReport.WorkerLost(lost.getJobId(), lost.getWorkerId()));
            }
            case CLAIM -> node.claim(up.getClaim().getJobId(), up.getClaim().getWorkerId());
            case ROOM_SERVICE, MESSAGE_NOT_SET -> throw unreadable();
        }
    }

    private static WorkerPool pool(io.parley.cluster.v1.WorkerPool pool) {
        JobType type = JobType.forNumber(pool.getType());
        return new WorkerPool(
                new WorkerKind(
                        type == null ? JobType.UNRECOGNIZED : type,
                        pool.getNamespace(),
                        pool.getAgentName(),
                        pool.getDeployment()),
                pool.getWorkers(),
                pool.getAvailable(),
                pool.getAffinity());
    }

    // ---- down ----

    static AgentDown offer(JobOffer offer) {
        return AgentDown.newBuilder()
                .setOffer(io.parley.cluster.v1.JobOffer.newBuilder()
                        .setJob(offer.job().toByteString())
                        .setResumed(offer.isResumed()))
                .build();
    }

    static AgentDown terminate(String jobId) {
        return AgentDown.newBuilder().setTerminated(jobId).build();
    }

    /** What came down goes to the room-service. */
    static void deliver(AgentDown down, AgentLink.Workers roomService) {
        switch (down.getMessageCase()) {
            case OFFER ->
                roomService.onOffer(new JobOffer(
                        job(down.getOffer().getJob()), down.getOffer().getResumed()));
            case TERMINATED -> roomService.onTerminate(down.getTerminated());
            case MESSAGE_NOT_SET -> throw unreadable();
        }
    }

    private static Job job(ByteString encoded) {
        try {
            return Job.parseFrom(encoded);
        } catch (InvalidProtocolBufferException e) {
            throw unreadable();
        }
    }

    private static ApiError unreadable() {
        return new ApiError(ErrorCode.INTERNAL, "unreadable message of an agent link", ApiError.Fault.US);
    }
}
