// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.agent;

import com.google.protobuf.UnknownFieldSet;
import io.parley.api.agent.WorkerKind;
import io.parley.api.id.WorkerId;
import livekit.LivekitAgent.UpdateWorkerStatus;
import livekit.LivekitAgent.WorkerStatus;
import livekit.LivekitModels.ParticipantPermission;

/** A worker that registered, with what it said of itself last. Owned by the {@link AgentHandler}. */
final class Worker {
    /** Fields of UpdateWorkerStatus that the generated message does not know. */
    private static final int DRAINING = 5;

    private static final int SEQ = 6;

    final WorkerId id;
    final WorkerKind kind;

    /** Whose tokens its agents get. */
    final String apiKey;

    final ParticipantPermission permission;
    final WorkerConnection connection;

    /** Whether it was told that it is registered: only then can it be asked anything. */
    boolean isConfirmed;

    private WorkerStatus status = WorkerStatus.WS_AVAILABLE;
    private double load;

    /** Of the last update; 0 if updates have none. */
    private long seq;

    Worker(WorkerId id, WorkerKind kind, String apiKey, ParticipantPermission permission, WorkerConnection connection) {
        this.id = id;
        this.kind = kind;
        this.apiKey = apiKey;
        this.permission = permission;
        this.connection = connection;
    }

    /** One that is older than the last is passed over. */
    void onUpdate(UpdateWorkerStatus update) {
        long updateSeq = number(update, SEQ);
        if (updateSeq != 0 && Long.compareUnsigned(updateSeq, seq) <= 0) {
            return;
        }
        seq = updateSeq;
        if (number(update, DRAINING) != 0) {
            status = WorkerStatus.WS_FULL;
        } else if (update.hasStatus()) {
            status = update.getStatus();
        }
        load = Float.isNaN(update.getLoad()) ? 1 : Math.max(0, update.getLoad());
    }

    private static long number(UpdateWorkerStatus update, int field) {
        UnknownFieldSet.Field values = update.getUnknownFields().getField(field);
        return values.getVarintList().isEmpty() ? 0 : values.getVarintList().getLast();
    }

    boolean isAvailable() {
        return status == WorkerStatus.WS_AVAILABLE && load < 1;
    }

    /** 0 and more; 1 and more take no job. */
    double load() {
        return load;
    }
}
