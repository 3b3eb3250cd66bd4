// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.parley.cluster.EventLog;
import io.parley.cluster.kafka.KafkaEventLog;
import io.parley.cluster.kafka.KafkaSecurity;
import io.parley.cluster.kafka.KafkaSettings;
import io.parley.cluster.kafka.SpoolSettings;
import io.parley.cluster.kafka.TopicSettings;
import io.parley.cluster.memory.InMemoryEventLog;
import io.parley.engine.event.RoomEvent;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import livekit.LivekitModels.Room;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventMetricsTest {
    private static final Room ROOM =
            Room.newBuilder().setName("demo").setSid("RM_1").build();
    private static final KafkaSettings NOWHERE =
            new KafkaSettings("no address", new TopicSettings("events", 1, 0, 0), KafkaSecurity.NONE, Map.of());

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    private static RoomEvent started(long atMs, String metadata) {
        Room room = ROOM.toBuilder().setMetadata(metadata).build();
        return new RoomEvent.RoomStarted(new RoomEvent.Stamp(room, 7, 1, atMs));
    }

    private EventAppender appender(EventLog events) {
        EventAppender appender = new EventAppender(events, new Random(1));
        new EventMetrics(appender, events).bindTo(meters);
        return appender;
    }

    private Map<String, Double> numbers() {
        Map<String, Double> numbers = new TreeMap<>();
        meters.forEachMeter(meter -> numbers.put(
                meter.getId().getName(), meter.measure().iterator().next().getValue()));
        return numbers;
    }

    @Test
    void ofALogInMemoryThereIsNoSpool() {
        try (InMemoryEventLog log = new InMemoryEventLog()) {
            appender(log).accept(started(1_000, ""));
            assertThat(numbers())
                    .containsExactlyInAnyOrderEntriesOf(
                            Map.of("parley.events.appended", 1.0, "parley.events.refused", 0.0));
        }
    }

    /** Of two events one waits, and one finds no room. */
    @Test
    void whatWaitsForKafkaIsTold(@TempDir Path directory) {
        try (KafkaEventLog log = new KafkaEventLog(NOWHERE, new SpoolSettings(directory, 1_000))) {
            EventAppender appender = appender(log);
            long beforeMs = System.currentTimeMillis();
            appender.accept(started(beforeMs - 120_000, ""));
            assertThat(numbers()).containsEntry("parley.events.spool.full", 0.0);
            appender.accept(started(beforeMs, "x".repeat(1_000)));
            await("the first to be tried")
                    .untilAsserted(() -> assertThat(numbers().get("parley.events.spool.age.seconds"))
                            .isBetween(120.0, 180.0));
            assertThat(numbers())
                    .containsEntry("parley.events.appended", 1.0)
                    .containsEntry("parley.events.refused", 1.0)
                    .containsEntry("parley.events.drained", 0.0)
                    .containsEntry("parley.events.lost", 0.0)
                    .containsEntry("parley.events.drain.failures", 0.0)
                    .containsEntry("parley.events.spool.full", 1.0)
                    .containsEntry("parley.events.spool.bytes", (double) log.spooledBytes())
                    .hasSize(8);
            assertThat(log.spooledBytes()).isBetween(100L, 1_000L);
        }
    }
}
