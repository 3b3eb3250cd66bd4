// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.kafka;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.event.Event;
import io.parley.cluster.EventLog;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * The event log in a topic of Kafka. What is appended goes to a spool on disk, and from there to Kafka whenever that is
 * there, so that there is one way whether it is or not. Safe for any threads.
 */
public final class KafkaEventLog implements EventLog, AutoCloseable {
    private final KafkaEventReader reader;
    private final Spool spool;
    private final Drainer drainer;

    /**
     * Kafka need not be there.
     *
     * @throws IllegalArgumentException naming what is wrong with the settings of Kafka or the spool's directory
     */
    public KafkaEventLog(KafkaSettings settings, SpoolSettings spooling) {
        settings.refuseWhatCantBe(ProducerConfig.configDef(), Drainer.producerProperties(settings));
        this.reader = new KafkaEventReader(settings);
        this.spool = new Spool(spooling);
        this.drainer = new Drainer(settings, spool);
        drainer.start();
    }

    /** Completes at once: with the event in the system's page cache. */
    @Override
    public CompletionStage<Void> append(Event event) {
        return spool.tryAppend(SpooledEvent.of(event).encode())
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.failedFuture(new ApiError(
                        ErrorCode.RESOURCE_EXHAUSTED,
                        "the spool of events is full or can't be written to",
                        ApiError.Fault.US));
    }

    @Override
    public AutoCloseable read(String group, Reader taker) {
        return reader.read(group, taker);
    }

    @Override
    public boolean isReading() {
        return reader.isReading();
    }

    /** Events that Kafka took since the start. */
    public long drained() {
        return drainer.drained();
    }

    /** Spooled events that were damaged, or that Kafka will never take. */
    public long lost() {
        return spool.lost() + drainer.refused();
    }

    /** How often the sending to Kafka failed unexpectedly, and went on. */
    public long drainFailures() {
        return drainer.failures();
    }

    /** That wait for Kafka. */
    public long spooledBytes() {
        return spool.bytes();
    }

    /** Milliseconds that the first event has waited for Kafka; 0 if none does. */
    public long spoolAgeMs(long nowMs) {
        long oldestAtMs = drainer.oldestAtMs();
        return oldestAtMs == 0 ? 0 : Math.max(0, nowMs - oldestAtMs);
    }

    public boolean isSpoolFull() {
        return spool.isFull();
    }

    /** Ends reading, and gives Kafka a moment to take what the spool holds; the rest waits for the next life. */
    @Override
    public void close() {
        reader.close();
        try {
            drainer.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        spool.close();
    }
}
