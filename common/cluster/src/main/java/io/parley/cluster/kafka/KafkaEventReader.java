// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.kafka;

import io.parley.api.event.Event;
import io.parley.cluster.EventLog;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.consumer.ConsumerConfig;

/** The event log in a topic of Kafka, for a process that has nothing to append. Safe for any threads. */
public final class KafkaEventReader implements EventLog, AutoCloseable {
    private final KafkaSettings settings;
    private final List<KafkaReading> readings = new CopyOnWriteArrayList<>();
    private final LongAdder unreadable = new LongAdder();

    /**
     * Kafka need not be there.
     *
     * @throws IllegalArgumentException naming what is wrong with the settings
     */
    public KafkaEventReader(KafkaSettings settings) {
        settings.refuseWhatCantBe(ConsumerConfig.configDef(), KafkaReading.consumerProperties(settings, "group"));
        this.settings = settings;
    }

    @Override
    public CompletionStage<Void> append(Event event) {
        throw new IllegalStateException("this process only reads");
    }

    @Override
    public AutoCloseable read(String group, Reader reader) {
        KafkaReading reading = new KafkaReading(settings, group, reader, unreadable);
        readings.add(reading);
        reading.start();
        return () -> {
            readings.remove(reading);
            reading.stop();
        };
    }

    @Override
    public boolean isReading() {
        return readings.stream().allMatch(KafkaReading::isAlive);
    }

    /** Records of the topic that were passed over: of another version, or no events. */
    public long unreadable() {
        return unreadable.sum();
    }

    /** Ends reading. */
    @Override
    public void close() {
        try {
            for (KafkaReading reading : readings) {
                reading.stop();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
