// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.agent;

import io.parley.api.id.RoomName;
import livekit.LivekitAgent.Job;

/**
 * A job that waits for a worker, or that the worker has which its state names: one that registered anew.
 *
 * @param job with its room, and its participant if it is for one
 * @param isResumed another worker had it, and was lost
 */
public record JobOffer(Job job, boolean isResumed) {
    public String id() {
        return job.getId();
    }

    public RoomName room() {
        return new RoomName(job.getRoom().getName());
    }
}
