// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.message;

import io.parley.api.agent.JobOffer;
import java.util.Set;
import livekit.LivekitAgent.JobType;

/** A home's way to the workers of agents. Calls return at once; what comes of a job comes back as a report. */
public interface AgentPort {
    /** Where there are no workers. */
    AgentPort NONE = new AgentPort() {
        @Override
        public Set<String> namespaces(JobType type, String agentName, String deployment) {
            return Set.of();
        }

        @Override
        public void offer(JobOffer offer) {}

        @Override
        public void terminate(String jobId) {}
    };

    /** The namespaces of workers that take such jobs and are connected now. */
    Set<String> namespaces(JobType type, String agentName, String deployment);

    /** The job waits for a worker until one took it, or it is terminated. */
    void offer(JobOffer offer);

    /** The job is over: its worker, if it has one, shall let go of it. */
    void terminate(String jobId);
}
