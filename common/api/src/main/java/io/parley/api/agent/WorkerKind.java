// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.agent;

import livekit.LivekitAgent.Job;
import livekit.LivekitAgent.JobType;

/**
 * Which jobs a worker takes.
 *
 * @param agentName "" for workers that get jobs without being asked for
 */
public record WorkerKind(JobType type, String namespace, String agentName, String deployment) {
    @SuppressWarnings("deprecation") // workers still have namespaces
    public static WorkerKind of(Job job) {
        return new WorkerKind(job.getType(), job.getNamespace(), job.getAgentName(), AgentFields.JOB.deployment(job));
    }

    /** Whether workers of this kind do jobs of the other, apart from the namespace. */
    public boolean isAlike(WorkerKind other) {
        return type == other.type && agentName.equals(other.agentName) && deployment.equals(other.deployment);
    }
}
