// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.agent;

import livekit.LivekitAgent.JobStatus;

/** What came of a job. */
public sealed interface JobReport {
    String jobId();

    /** The worker is about to be told to begin. @param identity that its agent will have in the room */
    record Assigned(String jobId, String workerId, String identity) implements JobReport {}

    /**
     * The job is over, or will never begin.
     *
     * @param workerId "" if none had it
     * @param status success or failure
     * @param error why it failed, or ""
     */
    record Ended(String jobId, String workerId, JobStatus status, String error) implements JobReport {}

    /** The worker that had the job is gone; the agent may live on in the room. */
    record WorkerLost(String jobId, String workerId) implements JobReport {}
}
