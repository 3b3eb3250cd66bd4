// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.kafka;

import static java.util.Map.entry;

import io.parley.api.event.Event;
import io.parley.api.event.EventJson;
import io.parley.cluster.EventLog;
import io.parley.cluster.LogThrottle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One reader of a group, and the thread that polls for it. A partition has one batch in flight, and is paused until that is
 * taken and committed; polling goes on meanwhile, so that a slow reader stays a member of its group.
 */
final class KafkaReading {
    private static final int MAX_BATCH = 256;
    private static final Duration IDLE_POLL = Duration.ofMillis(100);
    private static final Duration BUSY_POLL = Duration.ofMillis(20);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);
    private static final long RETRY_NS = 500_000_000;
    private static final long RESTART_MS = 2_000;

    /** Between two turns, of which each takes a minute where Kafka does not answer. */
    static final long MAX_TURN_NS = TimeUnit.MINUTES.toNanos(2);

    private static final Logger log = LoggerFactory.getLogger(KafkaReading.class);

    /** @param nextOffset of the partition, once the events are taken */
    private record Batch(List<Event> events, long nextOffset, CompletableFuture<Void> taking) {
        boolean isTaken() {
            return taking.state() == CompletableFuture.State.SUCCESS;
        }

        boolean isFailed() {
            return taking.isCompletedExceptionally();
        }
    }

    private final KafkaSettings settings;
    private final String group;
    private final EventLog.Reader reader;
    private final LongAdder unreadable;
    private final LogThrottle failures = new LogThrottle();
    private final LogThrottle refusals = new LogThrottle();
    private final LogThrottle strangers = new LogThrottle();
    private final LogThrottle uncommitted = new LogThrottle();
    private final Thread thread;
    private volatile boolean isClosed;
    private volatile long turnedAtNs = System.nanoTime();

    /** Of the partitions that are assigned, those that are paused. */
    private final Map<TopicPartition, Batch> inFlight = new HashMap<>();

    private final Map<TopicPartition, Long> retryAtNs = new HashMap<>();
    private boolean isMember;

    KafkaReading(KafkaSettings settings, String group, EventLog.Reader reader, LongAdder unreadable) {
        this.settings = settings;
        this.group = group;
        this.reader = reader;
        this.unreadable = unreadable;
        this.thread = Thread.ofPlatform().daemon().name("events-" + group).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    static Map<String, Object> consumerProperties(KafkaSettings settings, String group) {
        return settings.client(Map.ofEntries(
                entry(ConsumerConfig.GROUP_ID_CONFIG, group),
                entry(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class),
                entry(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class),
                entry(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName()),
                entry(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false),
                entry(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest"),
                entry(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false),
                entry(ConsumerConfig.METADATA_MAX_AGE_CONFIG, 30_000),
                // How soon others go on for one that was killed, and hear of one that joins.
                entry(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 10_000),
                entry(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 1_000),
                entry(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MAX_BATCH),
                // A partition that was paused joins the fetch after the one that waits.
                entry(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 100),
                entry(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 8 << 20)));
    }

    private void run() {
        try {
            while (!isClosed) {
                try {
                    turnedAtNs = System.nanoTime();
                    EventTopic.ensure(settings);
                    consume();
                } catch (InterruptException e) {
                    throw e;
                } catch (RuntimeException | Error e) {
                    onFailure(e);
                    Thread.sleep(RESTART_MS);
                }
            }
        } catch (InterruptedException | InterruptException e) {
            // closed
        }
    }

    private void onFailure(Throwable why) {
        boolean isExpected = why instanceof KafkaException;
        if (failures.tryPass()) {
            (isExpected ? log.atWarn() : log.atError().setCause(why))
                    .addKeyValue("topic", settings.topic().name())
                    .addKeyValue("group", group)
                    .log("can't read events: {}", EventTopic.line(why));
        }
    }

    private void consume() {
        KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(consumerProperties(settings, group));
        try {
            consumer.subscribe(List.of(settings.topic().name()), new ConsumerRebalanceListener() {
                @Override
                public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                    commitNow(consumer, partitions);
                    onPartitionsLost(partitions);
                }

                @Override
                public void onPartitionsLost(Collection<TopicPartition> partitions) {
                    inFlight.keySet().removeAll(partitions); // whoever has them now is handed it again
                    retryAtNs.keySet().removeAll(partitions);
                }

                @Override
                public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                    isMember = true;
                }
            });
            while (!isClosed) {
                turnedAtNs = System.nanoTime();
                ConsumerRecords<byte[], byte[]> records = consumer.poll(inFlight.isEmpty() ? IDLE_POLL : BUSY_POLL);
                for (TopicPartition partition : records.partitions()) {
                    consumer.pause(List.of(partition));
                    hand(partition, records.records(partition));
                }
                commit(consumer);
                retry();
            }
            finishJoining(consumer);
            commitNow(consumer, inFlight.keySet());
        } finally {
            isMember = false;
            inFlight.clear();
            retryAtNs.clear();
            consumer.close(CloseOptions.timeout(CLOSE_TIMEOUT));
        }
    }

    /** Who goes while it joins can't say so: the group would wait for it until its session times out. */
    private void finishJoining(KafkaConsumer<byte[], byte[]> consumer) {
        long deadlineNs = System.nanoTime() + CLOSE_TIMEOUT.toNanos();
        while (!isMember && System.nanoTime() - deadlineNs < 0) {
            consumer.poll(BUSY_POLL); // what comes is not taken, and so another's
        }
    }

    private void hand(TopicPartition partition, List<ConsumerRecord<byte[], byte[]>> records) {
        List<Event> events = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            try {
                if (record.value() == null) {
                    throw new IllegalArgumentException("an empty record");
                }
                events.add(EventJson.decode(record.value()));
            } catch (IllegalArgumentException e) {
                onUnreadable(record, e);
            }
        }
        hand(partition, events, records.getLast().offset() + 1);
    }

    private void onUnreadable(ConsumerRecord<byte[], byte[]> record, IllegalArgumentException why) {
        unreadable.increment();
        if (strangers.tryPass()) {
            log.atError()
                    .addKeyValue("topic", record.topic())
                    .addKeyValue("partition", record.partition())
                    .addKeyValue("offset", record.offset())
                    .setCause(why)
                    .log("passed over a record that is no event this version can read");
        }
    }

    private void hand(TopicPartition partition, List<Event> events, long nextOffset) {
        CompletableFuture<Void> taking;
        try {
            CompletionStage<Void> stage =
                    events.isEmpty() ? CompletableFuture.completedFuture(null) : reader.onEvents(events);
            taking = stage.toCompletableFuture();
        } catch (RuntimeException | Error e) {
            taking = CompletableFuture.failedFuture(e);
        }
        inFlight.put(partition, new Batch(events, nextOffset, taking));
    }

    private Map<TopicPartition, OffsetAndMetadata> taken(Collection<TopicPartition> partitions) {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (TopicPartition partition : partitions) {
            Batch batch = inFlight.get(partition);
            if (batch != null && batch.isTaken()) {
                offsets.put(partition, new OffsetAndMetadata(batch.nextOffset()));
            }
        }
        return offsets;
    }

    private void commit(KafkaConsumer<byte[], byte[]> consumer) {
        Map<TopicPartition, OffsetAndMetadata> offsets = taken(inFlight.keySet());
        if (offsets.isEmpty()) {
            return;
        }
        consumer.commitAsync(offsets, (committed, error) -> {
            if (error != null) {
                onUncommitted(error);
            }
        });
        inFlight.keySet().removeAll(offsets.keySet());
        consumer.resume(offsets.keySet());
    }

    private void commitNow(KafkaConsumer<byte[], byte[]> consumer, Collection<TopicPartition> partitions) {
        try {
            consumer.commitSync(taken(partitions), CLOSE_TIMEOUT);
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            onUncommitted(e);
        }
    }

    private void onUncommitted(Exception why) {
        if (uncommitted.tryPass()) {
            log.atInfo()
                    .addKeyValue("group", group)
                    .log("events that were taken may be read again: {}", why.toString());
        }
    }

    private void retry() {
        long nowNs = System.nanoTime();
        Map.copyOf(inFlight).forEach((partition, batch) -> {
            if (!batch.isFailed()) {
                return;
            }
            Long atNs = retryAtNs.putIfAbsent(partition, nowNs + RETRY_NS);
            if (atNs == null) {
                onRefused(batch);
            } else if (nowNs - atNs >= 0) {
                retryAtNs.remove(partition);
                hand(partition, batch.events(), batch.nextOffset());
            }
        });
    }

    private void onRefused(Batch batch) {
        if (refusals.tryPass()) {
            log.atWarn()
                    .addKeyValue("group", group)
                    .setCause(batch.taking().exceptionNow())
                    .log("events were not taken and are handed on again");
        }
    }

    /** Whether its thread goes on, and is not stuck in its reader. Safe for any threads. */
    boolean isAlive() {
        return isAlive(System.nanoTime());
    }

    boolean isAlive(long nowNs) {
        return thread.isAlive() && nowNs - turnedAtNs < MAX_TURN_NS;
    }

    /** Commits what was taken, and leaves the group. */
    void stop() throws InterruptedException {
        isClosed = true;
        thread.join(EventLog.MAX_CLOSE.toMillis());
        thread.interrupt();
    }
}
