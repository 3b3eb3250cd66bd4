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
import org.apache.kafka.common.config.ConfigException;

/** The event log in a topic of Kafka, for a process that has nothing to append. Safe for any threads. */
public final class KafkaEventReader implements EventLog, AutoCloseable {
    private final KafkaSettings settings;
    private final List<KafkaReading> readings = new CopyOnWriteArrayList<>();
    private final LongAdder unreadable = new LongAdder();

    /** @throws IllegalArgumentException naming what is wrong with a property of Kafka's clients; Kafka need not be there */
    public KafkaEventReader(KafkaSettings settings) {
        this.settings = settings;
        try {
            ConsumerConfig.configDef().parse(KafkaReading.consumerProperties(settings, "group"));
        } catch (ConfigException e) {
            throw new IllegalArgumentException("parley.kafka.properties: " + e.getMessage(), e);
        }
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
