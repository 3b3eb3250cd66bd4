// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import io.parley.api.agent.JobOffer;
import io.parley.api.agent.JobReport;
import java.util.List;

/**
 * The jobs of a node's rooms: a stream for each room-service, where the sockets of workers end. Either side may go at any
 * time: the node gives the jobs of a room-service that stays away to another.
 */
public interface AgentLink {
    /** The room-service, which hears of jobs; called from any thread, one call at a time. Nothing follows the last. */
    interface Workers {
        /** Wants a worker for a job: answered by an assignment, by its end, or by a refusal. */
        void onOffer(JobOffer offer);

        /** The job is over, or was never this room-service's. */
        void onTerminate(String jobId);

        /** The way to the node broke, or either side was too slow for the other. */
        void onLost();
    }

    /** What the node is told. */
    interface Answers {
        /** All the workers that there are now. */
        void tell(List<WorkerPool> pools);

        /** No worker here takes the job. */
        void decline(String jobId);

        /** What came of a job. On a new stream, first of each job that a worker here still has. */
        void report(JobReport report);

        /** A worker that registered anew says that it has the job. If so, it is offered the job, whose state says that it has it. */
        void claim(String jobId, String workerId);

        void close();
    }

    /** @param roomService the same for every stream of one process */
    Answers openAgents(String roomService, Workers workers);
}
