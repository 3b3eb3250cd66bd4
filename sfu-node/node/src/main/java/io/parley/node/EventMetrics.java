// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.parley.cluster.EventLog;
import io.parley.cluster.kafka.KafkaEventLog;
import java.util.function.ToDoubleFunction;

/** The numbers of the event log for Prometheus; those of the spool where events go by one. */
public final class EventMetrics implements MeterBinder {
    private final EventAppender appender;
    private final EventLog events;

    public EventMetrics(SfuNode node, EventLog events) {
        this(node.appender(), events);
    }

    EventMetrics(EventAppender appender, EventLog events) {
        this.appender = appender;
        this.events = events;
    }

    @Override
    public void bindTo(MeterRegistry meters) {
        count(meters, "appended", "Events that the event log took", appender, EventAppender::appended);
        count(
                meters,
                "refused",
                "Events that are lost, since the event log could keep no more. Above 0: webhooks will miss them",
                appender,
                EventAppender::refused);
        if (events instanceof KafkaEventLog kafka) {
            bind(meters, kafka);
        }
    }

    private static void bind(MeterRegistry meters, KafkaEventLog kafka) {
        count(meters, "drained", "Events that Kafka took", kafka, KafkaEventLog::drained);
        count(
                meters,
                "lost",
                "Spooled events that were damaged on disk or that Kafka will never take. Above 0: look at the disk, or at"
                        + " the topic's max.message.bytes",
                kafka,
                KafkaEventLog::lost);
        count(
                meters,
                "drain.failures",
                "How often the sending to Kafka failed unexpectedly, and went on. Above 0: the log says why",
                kafka,
                KafkaEventLog::drainFailures);
        gauge(
                meters,
                "spool.bytes",
                "Bytes of events that wait on disk for Kafka. Ever more: Kafka is away",
                kafka,
                KafkaEventLog::spooledBytes);
        gauge(
                meters,
                "spool.age.seconds",
                "Age of the oldest event that waits for Kafka. Above 60: Kafka is away, and webhooks are late",
                kafka,
                log -> log.spoolAgeMs(System.currentTimeMillis()) / 1_000.0);
        gauge(
                meters,
                "spool.full",
                "1 while the spool refuses events, which are lost. Make room on the disk, or bring Kafka back",
                kafka,
                log -> log.isSpoolFull() ? 1 : 0);
    }

    private static <T> void count(MeterRegistry meters, String name, String help, T source, ToDoubleFunction<T> count) {
        FunctionCounter.builder("parley.events." + name, source, count)
                .description(help)
                .register(meters);
    }

    private static <T> void gauge(MeterRegistry meters, String name, String help, T source, ToDoubleFunction<T> value) {
        Gauge.builder("parley.events." + name, source, value).description(help).register(meters);
    }
}
