// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.kafka;

import static com.google.common.util.concurrent.Uninterruptibles.awaitUninterruptibly;
import static io.parley.cluster.Stages.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.parley.cluster.EventLog;
import io.parley.cluster.EventLogContract;
import io.parley.cluster.LogLines;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.Partitioner;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.Cluster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaEventLogIT extends EventLogContract {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    @Override
    protected EventLog openLog(List<AutoCloseable> closed) {
        KafkaEventLog log = new KafkaEventLog(KafkaBroker.newTopic(), new SpoolSettings(directory, 10 << 20));
        closed.add(log);
        return log;
    }

    private static KafkaSettings settings(KafkaSecurity security, Map<String, String> properties) {
        return new KafkaSettings("localhost:1", new TopicSettings("events", 1, 0, 0), security, properties);
    }

    private static Long[] numbers(long first, long last) {
        return LongStream.rangeClosed(first, last).boxed().toArray(Long[]::new);
    }

    @Test
    void theTopicIsMadeAsItIsWanted(@TempDir Path other) throws Exception {
        KafkaSettings where = KafkaBroker.newTopic();
        try (KafkaEventLog log = new KafkaEventLog(where, new SpoolSettings(other, 10 << 20))) {
            get(log.append(event("demo", 1)));
            await("Kafka has it").atMost(TIMEOUT).until(() -> log.drained() == 1);
            assertThat(log.spoolAgeMs(Long.MAX_VALUE)).isZero();
        }
        TopicDescription topic = KafkaBroker.describe(where.topic().name());
        assertThat(topic.partitions()).hasSize(6);
    }

    /** All that a broker's restart may do to them is to repeat some. */
    @Test
    void eventsOfATimeWithoutKafkaAreThereAfterwardsInTheirOrder(@TempDir Path other) throws Exception {
        KafkaSettings where = KafkaBroker.newTopic();
        try (KafkaEventLog log = new KafkaEventLog(where, new SpoolSettings(other, 10 << 20))) {
            Taker taker = new Taker();
            log.read("group", taker);
            append(log, 1, 50);
            await("before").atMost(TIMEOUT).until(() -> taker.count() == 100);
            KafkaBroker.stop();
            try {
                append(log, 51, 150);
                assertThat(log.spooledBytes()).isPositive();
            } finally {
                KafkaBroker.startAgain();
            }
            append(log, 151, 200);
            await("all").atMost(TIMEOUT).until(() -> taker.count() == 400);
            assertThat(taker.of("one")).containsExactly(numbers(1, 200));
            assertThat(taker.of("other")).containsExactly(numbers(1, 200));
            await("nothing waits").atMost(TIMEOUT).until(() -> log.spooledBytes() == 0);
        }
    }

    private static void append(EventLog log, long first, long last) {
        for (long i = first; i <= last; i++) {
            get(log.append(event("one", i)));
            get(log.append(event("other", i)));
        }
    }

    /** Killed in the middle of a write, before Kafka had anything. */
    @Test
    void whatAKilledProcessLeftIsSentByItsNextLife(@TempDir Path other) throws Exception {
        try (Spool spool = new Spool(new SpoolSettings(other, 10 << 20))) {
            for (int i = 1; i <= 20; i++) {
                assertThat(spool.tryAppend(SpooledEvent.of(event("demo", i)).encode()))
                        .isTrue();
            }
        }
        try (Stream<Path> files = Files.list(other)) {
            Path segment = files.filter(file -> file.toString().endsWith(".segment"))
                    .findFirst()
                    .orElseThrow();
            Files.write(segment, new byte[] {0, 0, 1, 0, 9, 9, 9, 9, 'h', 'a', 'l', 'f'}, StandardOpenOption.APPEND);
        }
        try (KafkaEventLog log = new KafkaEventLog(KafkaBroker.newTopic(), new SpoolSettings(other, 10 << 20))) {
            get(log.append(event("demo", 21)));
            Taker taker = new Taker();
            log.read("group", taker);
            await("all").atMost(TIMEOUT).until(() -> taker.count() == 21);
            assertThat(taker.of("demo")).containsExactly(numbers(1, 21));
            assertThat(log.lost()).isEqualTo(1);
        }
    }

    @Test
    void recordsThatAreNoEventsArePassedOver(@TempDir Path other) throws Exception {
        KafkaSettings where = KafkaBroker.newTopic();
        try (KafkaEventLog log = new KafkaEventLog(where, new SpoolSettings(other, 10 << 20))) {
            get(log.append(event("demo", 1)));
            await("Kafka has it").atMost(TIMEOUT).until(() -> log.drained() == 1);
            KafkaBroker.send(where.topic().name(), "{\"version\":99}");
            KafkaBroker.send(where.topic().name(), "not even JSON");
            KafkaBroker.send(where.topic().name(), null);
            get(log.append(event("demo", 2)));
            await("Kafka has it").atMost(TIMEOUT).until(() -> log.drained() == 2);
        }
        try (KafkaEventReader log = new KafkaEventReader(where)) {
            Taker taker = new Taker();
            log.read("group", taker);
            await("both").atMost(TIMEOUT).until(() -> taker.count() == 2);
            assertThat(log.unreadable()).isEqualTo(3);
        }
    }

    /** Were it an event of a version to come, say. */
    @Test
    void whatCantBeReadFromTheSpoolIsCountedAndDoesNotHoldUpTheRest(@TempDir Path other) throws Exception {
        try (Spool spool = new Spool(new SpoolSettings(other, 10 << 20))) {
            spool.tryAppend(SpooledEvent.of(event("demo", 1)).encode());
            spool.tryAppend(new byte[] {1, 2, 3});
            spool.tryAppend(new byte[] {0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 0, 0, 0, 'k'});
        }
        try (KafkaEventLog log = new KafkaEventLog(KafkaBroker.newTopic(), new SpoolSettings(other, 10 << 20))) {
            get(log.append(event("demo", 2)));
            await("the others").atMost(TIMEOUT).until(() -> log.drained() == 2);
            assertThat(log.lost()).isEqualTo(2);
            assertThat(log.drainFailures()).isZero();
        }
    }

    /** As a library would that can't be loaded, or a fault of ours. */
    public static final class FaultyPartitioner implements Partitioner {
        static final AtomicInteger CALLS = new AtomicInteger();

        @Override
        public int partition(
                String topic, Object key, byte[] keyBytes, Object value, byte[] valueBytes, Cluster cluster) {
            if (CALLS.incrementAndGet() == 3) {
                throw new LinkageError("part of the test");
            }
            return 0;
        }

        @Override
        public void configure(Map<String, ?> settings) {}

        @Override
        public void close() {}
    }

    @Test
    void theSendingOutlivesWhatNobodyExpected(@TempDir Path other) {
        KafkaSettings where = KafkaBroker.newTopic(
                Map.of(ProducerConfig.PARTITIONER_CLASS_CONFIG, FaultyPartitioner.class.getName()));
        try (LogLines lines = new LogLines(Drainer.class);
                KafkaEventLog log = new KafkaEventLog(where, new SpoolSettings(other, 10 << 20))) {
            Taker taker = new Taker();
            log.read("group", taker);
            append(log, 1, 5);
            await("all of them").atMost(TIMEOUT).until(() -> taker.count() == 10);
            assertThat(taker.of("one")).containsExactly(numbers(1, 5));
            assertThat(taker.of("other")).containsExactly(numbers(1, 5));
            assertThat(log.drainFailures()).isEqualTo(1);
            assertThat(lines.lines())
                    .filteredOn(line -> line.startsWith("ERROR"))
                    .singleElement()
                    .asString()
                    .contains("part of the test");
        }
    }

    @Test
    void aReadingThatIsStuckInItsReaderIsNoneThatLives(@TempDir Path other) throws InterruptedException {
        CountDownLatch isStuck = new CountDownLatch(1);
        CountDownLatch freed = new CountDownLatch(1);
        KafkaSettings where = KafkaBroker.newTopic();
        KafkaReading reading = new KafkaReading(
                where,
                "group",
                events -> {
                    isStuck.countDown();
                    awaitUninterruptibly(freed);
                    return CompletableFuture.completedFuture(null);
                },
                new LongAdder());
        assertThat(reading.isAlive()).as("before it begins").isFalse();
        reading.start();
        try (KafkaEventLog log = new KafkaEventLog(where, new SpoolSettings(other, 10 << 20))) {
            long soonNs = System.nanoTime() + KafkaReading.MAX_TURN_NS;
            await("a turn").atMost(TIMEOUT).until(() -> reading.isAlive(soonNs));
            get(log.append(event("demo", 1)));
            assertThat(isStuck.await(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            long laterNs = System.nanoTime() + KafkaReading.MAX_TURN_NS;
            assertThat(reading.isAlive()).isTrue();
            assertThat(reading.isAlive(laterNs)).isFalse();
            freed.countDown();
            await("a turn").atMost(TIMEOUT).until(() -> reading.isAlive(laterNs));
        } finally {
            freed.countDown();
            reading.stop();
        }
        assertThat(reading.isAlive()).as("after its end").isFalse();
    }

    @Test
    void theReadingOutlivesAReaderThatNobodyExpected(@TempDir Path other) {
        try (KafkaEventLog log = new KafkaEventLog(KafkaBroker.newTopic(), new SpoolSettings(other, 10 << 20))) {
            Taker taker = new Taker();
            AtomicInteger calls = new AtomicInteger();
            log.read("group", events -> {
                if (calls.incrementAndGet() == 1) {
                    throw new LinkageError("part of the test");
                }
                return taker.onEvents(events);
            });
            get(log.append(event("demo", 1)));
            await("it").atMost(TIMEOUT).until(() -> taker.count() == 1);
            assertThat(log.isReading()).isTrue();
        }
    }

    @Test
    void aPropertyThatKafkaDoesNotTakeStopsTheStart(@TempDir Path other) {
        KafkaSettings wrong = settings(KafkaSecurity.NONE, Map.of("request.timeout.ms", "soon"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new KafkaEventLog(wrong, new SpoolSettings(other, 10 << 20)).close())
                .withMessageContaining("request.timeout.ms");
        KafkaSettings secret = settings(KafkaSecurity.NONE, Map.of("sasl.jaas.config", "hush"));
        assertThat(secret.toString()).doesNotContain("hush");
    }
}
