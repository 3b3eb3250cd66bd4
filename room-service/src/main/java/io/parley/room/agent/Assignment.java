// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.agent;

import io.parley.api.agent.JobOffer;
import io.parley.api.id.NodeId;
import io.parley.api.id.WorkerId;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A job on its way to a worker, or with one. Owned by the {@link AgentHandler}. */
final class Assignment {
    final JobOffer offer;

    /** Whose room it is for. */
    final NodeId node;

    final Set<WorkerId> asked = new HashSet<>();
    int timeouts;

    /** Who was asked last, or has the job. */
    @Nullable
    Worker worker;

    boolean isRunning;

    /** The agent's; "" before the job runs. */
    String identity = "";

    Assignment(JobOffer offer, NodeId node) {
        this.offer = offer;
        this.node = node;
    }
}
