// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import io.parley.api.agent.AgentFields;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import livekit.LivekitAgent;
import livekit.LivekitAgentDispatch.AgentDispatch;
import org.jspecify.annotations.Nullable;

/** LiveKit's AgentDispatch: an agent that is wanted in a room, with what came of it. */
record DispatchResource(
        @Field(value = "Of this dispatch.", example = "AD_7jv4ZqVbXw2c")
        String id,

        @Field(value = "The agent's name; \"\" for any without one.", example = "transcriber")
        String agentName,

        @Field(value = "For the agent to read.", example = "{\"language\":\"en\"}")
        String metadata,

        @Field(
                value = "Of the workers of that name only those that registered with this; \"\" for those without.",
                example = "blue")
        String deployment,

        @Field(value = "What the agent has as a participant.", example = "{\"role\": \"scribe\"}")
        Map<String, String> attributes,

        @Field(value = "When it was made.", example = "2026-01-31T12:00:00Z")
        Instant createdAt,

        @Field("What it gave workers to do.") List<Job> jobs) {
    /** What a job is for. */
    enum JobType {
        ROOM,
        PUBLISHER,
        PARTICIPANT,
        UNKNOWN;

        static JobType of(LivekitAgent.JobType type) {
            return switch (type) {
                case JT_ROOM -> ROOM;
                case JT_PUBLISHER -> PUBLISHER;
                case JT_PARTICIPANT -> PARTICIPANT;
                case UNRECOGNIZED -> UNKNOWN;
            };
        }
    }

    /** How far a job is. */
    enum JobStatus {
        PENDING,
        RUNNING,
        SUCCESS,
        FAILED,
        UNKNOWN;

        static JobStatus of(LivekitAgent.JobStatus status) {
            return switch (status) {
                case JS_PENDING -> PENDING;
                case JS_RUNNING -> RUNNING;
                case JS_SUCCESS -> SUCCESS;
                case JS_FAILED -> FAILED;
                case UNRECOGNIZED -> UNKNOWN;
            };
        }
    }

    /** LiveKit's Job, for one worker. */
    record Job(
            @Field(value = "Of this job.", example = "AJ_9sXwTQm3rYkd")
            String id,

            @Field(value = "What it is for.", example = "room")
            JobType type,

            @Field(value = "How far it is.", example = "running")
            JobStatus status,

            @Field("Why it failed; absent otherwise.") @Nullable
            String error,

            @Field(value = "Who its agent is in the room, or \"\".", example = "agent-AJ_9sXwTQm3rYkd")
            String participantIdentity,

            @Field(value = "When a worker began; absent before.", example = "2026-01-31T12:00:01Z") @Nullable
            Instant startedAt,

            @Field("When it ended; absent before.") @Nullable
            Instant endedAt) {
        static Job of(LivekitAgent.Job job) {
            LivekitAgent.JobState state = job.getState();
            return new Job(
                    job.getId(),
                    JobType.of(job.getType()),
                    JobStatus.of(state.getStatus()),
                    state.getError().isEmpty() ? null : state.getError(),
                    state.getParticipantIdentity(),
                    state.getStartedAt() == 0 ? null : instant(state.getStartedAt()),
                    state.getEndedAt() == 0 ? null : instant(state.getEndedAt()));
        }
    }

    static DispatchResource of(AgentDispatch dispatch) {
        return new DispatchResource(
                dispatch.getId(),
                dispatch.getAgentName(),
                dispatch.getMetadata(),
                AgentFields.DISPATCH.deployment(dispatch),
                AgentFields.DISPATCH.attributes(dispatch),
                instant(dispatch.getState().getCreatedAt()),
                dispatch.getState().getJobsList().stream().map(Job::of).toList());
    }

    static Page.Position position(AgentDispatch dispatch) {
        return new Page.Position(instant(dispatch.getState().getCreatedAt()).toEpochMilli(), dispatch.getId());
    }

    private static Instant instant(long ns) {
        return Instant.ofEpochSecond(0, ns);
    }
}
