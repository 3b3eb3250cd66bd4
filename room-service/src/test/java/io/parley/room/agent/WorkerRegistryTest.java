// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.UnknownFieldSet;
import io.parley.api.agent.WorkerKind;
import io.parley.api.id.WorkerId;
import io.parley.cluster.WorkerPool;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import livekit.LivekitAgent.JobType;
import livekit.LivekitAgent.ServerMessage;
import livekit.LivekitAgent.UpdateWorkerStatus;
import livekit.LivekitAgent.WorkerStatus;
import livekit.LivekitModels.ParticipantPermission;
import org.junit.jupiter.api.Test;

class WorkerRegistryTest {
    private static final WorkerConnection NOWHERE = new WorkerConnection() {
        @Override
        public void send(ServerMessage message) {}

        @Override
        public void close() {}
    };

    private final WorkerRegistry workers = new WorkerRegistry(new Random(1));

    private static WorkerKind kind(String name, String namespace) {
        return new WorkerKind(JobType.JT_ROOM, namespace, name, "");
    }

    private Worker add(String id, WorkerKind kind, double load) {
        Worker worker = new Worker(new WorkerId(id), kind, "key", ParticipantPermission.getDefaultInstance(), NOWHERE);
        worker.onUpdate(UpdateWorkerStatus.newBuilder().setLoad((float) load).build());
        workers.add(worker);
        return worker;
    }

    @Test
    void idleWorkersGetMoreJobsAndFullOnesNone() {
        Worker idle = add("AW_idle", kind("scribe", ""), 0.1);
        Worker busy = add("AW_busy", kind("scribe", ""), 0.9);
        Worker full = add("AW_full", kind("scribe", ""), 0);
        full.onUpdate(
                UpdateWorkerStatus.newBuilder().setStatus(WorkerStatus.WS_FULL).build());
        add("AW_done", kind("scribe", ""), 1);
        add("AW_other", kind("other", ""), 0);
        Map<Worker, Integer> chosen = new HashMap<>();
        for (int i = 0; i < 1_000; i++) {
            chosen.merge(workers.choose(kind("scribe", ""), Set.of()), 1, Integer::sum);
        }
        assertThat(chosen).containsOnlyKeys(idle, busy);
        assertThat(chosen.get(idle)).isBetween(850, 950);
    }

    @Test
    void whoWasAskedIsNotAskedAgain() {
        Worker one = add("AW_1", kind("scribe", ""), 0);
        Worker two = add("AW_2", kind("scribe", ""), 0);
        assertThat(workers.choose(kind("scribe", ""), Set.of(one.id))).isEqualTo(two);
        assertThat(workers.choose(kind("scribe", ""), Set.of(one.id, two.id))).isNull();
        workers.remove(two);
        assertThat(workers.choose(kind("scribe", ""), Set.of(one.id))).isNull();
    }

    @Test
    void aJobWithoutANamespacePrefersWorkersWithoutOne() {
        Worker named = add("AW_1", kind("scribe", "one"), 0);
        assertThat(workers.choose(kind("scribe", ""), Set.of())).isEqualTo(named);
        assertThat(workers.choose(kind("scribe", "two"), Set.of())).isNull();
        Worker plain = add("AW_2", kind("scribe", ""), 0.9);
        assertThat(workers.choose(kind("scribe", ""), Set.of())).isEqualTo(plain);
    }

    @Test
    void poolsSayWhatWorkersCanTake() {
        add("AW_1", kind("scribe", ""), 0.2);
        add("AW_2", kind("scribe", ""), 0.8);
        add("AW_3", kind("scribe", ""), 1.5);
        add("AW_4", kind("other", ""), 0);
        assertThat(workers.pools()).hasSize(2).first().satisfies(pool -> {
            assertThat(pool.kind()).isEqualTo(kind("scribe", ""));
            assertThat(pool.workers()).isEqualTo(3);
            assertThat(pool.available()).isEqualTo(2);
            assertThat(pool.affinity()).isCloseTo(0.5, within(1e-6));
        });
    }

    /** A worker that draws near its end says so, and then there may be an older word from it on the way. */
    @Test
    void whatAWorkerSaidEarlierIsPassedOver() {
        Worker worker = add("AW_1", kind("scribe", ""), 0);
        worker.onUpdate(update(7, true));
        worker.onUpdate(update(6, false));
        assertThat(worker.isAvailable()).isFalse();
        worker.onUpdate(update(8, false));
        assertThat(worker.isAvailable()).isFalse();
        worker.onUpdate(update(9, false).toBuilder()
                .setStatus(WorkerStatus.WS_AVAILABLE)
                .build());
        assertThat(worker.isAvailable()).isTrue();
    }

    private static UpdateWorkerStatus update(long seq, boolean isDraining) {
        UnknownFieldSet.Builder fields = UnknownFieldSet.newBuilder()
                .addField(6, UnknownFieldSet.Field.newBuilder().addVarint(seq).build());
        if (isDraining) {
            fields.addField(5, UnknownFieldSet.Field.newBuilder().addVarint(1).build());
        }
        return UpdateWorkerStatus.newBuilder().setUnknownFields(fields.build()).build();
    }

    /** Whoever has a worker's token. */
    @Test
    void aLoadThatIsNoneTakesNoJob() {
        Worker worker = add("AW_1", kind("scribe", ""), Double.NaN);
        assertThat(worker.isAvailable()).isFalse();
        worker.onUpdate(UpdateWorkerStatus.newBuilder().setLoad(-5).build());
        assertThat(workers.pools())
                .extracting(WorkerPool::affinity)
                .allSatisfy(affinity -> assertThat(affinity).isCloseTo(0.7, within(1e-6)));
    }
}
