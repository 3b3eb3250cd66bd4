// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.kafka;

import static java.util.Map.entry;

import io.parley.cluster.LogThrottle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what is in the spool to the topic, in its order, by a thread of its own, and acknowledges it there when Kafka has
 * it. A producer that has a record never gives it up (it would not know whether Kafka has it, and what follows would come
 * first); what it has when the process ends is sent again by the next life. Only {@link #stop} ends the thread: whatever
 * goes wrong is tried again.
 */
final class Drainer {
    private static final long RETRY_MS = 1_000;
    private static final int SLOW_MS = 10_000;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
    private static final long POLL_MS = 20;
    private static final Logger log = LoggerFactory.getLogger(Drainer.class);

    private final KafkaSettings settings;
    private final Spool spool;
    private final LogThrottle failures = new LogThrottle();
    private final LogThrottle surprises = new LogThrottle();
    private final LongAdder drained = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder unexpected = new LongAdder();
    private final Thread thread;
    private @Nullable KafkaProducer<byte[], byte[]> producer;
    private volatile boolean isAway;
    private volatile long oldestAtMs;

    Drainer(KafkaSettings settings, Spool spool) {
        this.settings = settings;
        this.spool = spool;
        this.thread = Thread.ofPlatform().daemon().name("events-drain").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    static Map<String, Object> producerProperties(KafkaSettings settings) {
        return settings.client(Map.ofEntries(
                entry(ProducerConfig.CLIENT_ID_CONFIG, "parley-events"),
                entry(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class),
                entry(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class),
                entry(ProducerConfig.ACKS_CONFIG, "all"),
                entry(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true),
                entry(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4"),
                entry(ProducerConfig.LINGER_MS_CONFIG, 0),
                // Of more, a broker takes the second although the first failed, where it does not know the producer
                // yet.
                entry(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1),
                entry(ProducerConfig.MAX_BLOCK_MS_CONFIG, SLOW_MS),
                entry(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE),
                entry(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 2 * Spool.MAX_RECORD_BYTES)));
    }

    private void run() {
        try {
            while (!Thread.interrupted()) {
                try {
                    drain();
                } catch (InterruptException e) {
                    throw e;
                } catch (RuntimeException | Error e) {
                    onFailure(e);
                }
            }
        } catch (InterruptedException | InterruptException e) {
            // closed
        } finally {
            dropProducer();
        }
    }

    private void drain() throws InterruptedException {
        Spool.Batch batch = spool.read(spool.acknowledged());
        List<SpooledEvent> events = decode(batch.records());
        while (!events.isEmpty()) {
            events = send(events);
        }
        spool.acknowledge(batch.end());
        oldestAtMs = 0;
    }

    private List<SpooledEvent> decode(List<byte[]> records) {
        List<SpooledEvent> events = new ArrayList<>();
        for (byte[] record : records) {
            try {
                events.add(SpooledEvent.decode(record));
            } catch (IllegalArgumentException e) {
                onLost("of another form", e);
            }
        }
        return events;
    }

    private void onLost(String why, Throwable cause) {
        refused.increment();
        log.atError()
                .addKeyValue("topic", settings.topic().name())
                .setCause(cause)
                .log("an event is lost: {}", why);
    }

    /** @return those that are still to be sent, from the first of which Kafka may not have */
    private List<SpooledEvent> send(List<SpooledEvent> events) throws InterruptedException {
        oldestAtMs = events.getFirst().atMs();
        List<Future<?>> sent = new ArrayList<>();
        Throwable failure = null;
        try {
            KafkaProducer<byte[], byte[]> to = producer();
            for (SpooledEvent event : events) {
                Future<?> future = to.send(new ProducerRecord<>(settings.topic().name(), event.key(), event.value()));
                sent.add(future);
                if (future.state() == Future.State.FAILED) {
                    break; // what follows must not come first
                }
            }
        } catch (InterruptException e) {
            throw e;
        } catch (RuntimeException | Error e) {
            failure = e;
        }
        int done = 0;
        for (Future<?> future : sent) {
            Throwable why = await(future);
            if (why == null) {
                drained.increment();
            } else if (why instanceof RecordTooLargeException) {
                onLost("too large", why);
            } else {
                failure = why;
                break;
            }
            done++;
        }
        if (failure != null) {
            onFailure(failure);
        }
        return events.subList(done, events.size());
    }

    /** @return why Kafka did not take it, or null if it did */
    private @Nullable Throwable await(Future<?> future) throws InterruptedException {
        while (true) {
            try {
                future.get(SLOW_MS, TimeUnit.MILLISECONDS);
                onTaken();
                return null;
            } catch (ExecutionException e) {
                return e.getCause();
            } catch (TimeoutException e) {
                onAway("no answer");
            }
        }
    }

    private void onTaken() {
        if (isAway) {
            isAway = false;
            log.atInfo().addKeyValue("topic", settings.topic().name()).log("Kafka takes events again");
        }
    }

    private void onAway(String why) {
        isAway = true;
        if (failures.tryPass()) {
            log.atWarn()
                    .addKeyValue("topic", settings.topic().name())
                    .addKeyValue("spooledBytes", spool.bytes())
                    .log("Kafka does not take events, which are kept on disk: {}", why);
        }
    }

    private void onFailure(Throwable why) throws InterruptedException {
        if (why instanceof KafkaException) {
            onAway(EventTopic.line(why));
        } else {
            onUnexpected(why);
        }
        dropProducer();
        Thread.sleep(RETRY_MS);
    }

    private void onUnexpected(Throwable why) {
        isAway = true;
        unexpected.increment();
        if (surprises.tryPass()) {
            log.atError().setCause(why).log("the sending of events to Kafka failed unexpectedly, and goes on");
        }
    }

    private KafkaProducer<byte[], byte[]> producer() throws InterruptedException {
        KafkaProducer<byte[], byte[]> made = producer;
        if (made == null) {
            EventTopic.ensure(settings);
            made = new KafkaProducer<>(producerProperties(settings));
            producer = made;
        }
        return made;
    }

    private void dropProducer() {
        KafkaProducer<byte[], byte[]> dropped = producer;
        producer = null;
        try {
            if (dropped != null) {
                dropped.close(Duration.ZERO);
            }
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            log.atDebug().setCause(e).log("a producer could not be closed");
        }
    }

    /** Events that Kafka took. */
    long drained() {
        return drained.sum();
    }

    /** Events that Kafka will never take. */
    long refused() {
        return refused.sum();
    }

    /** What went wrong, other than that Kafka is away or refuses. */
    long failures() {
        return unexpected.sum();
    }

    /** Milliseconds since 1970 of the first event that waits for Kafka; 0 if none does. */
    long oldestAtMs() {
        return oldestAtMs;
    }

    /** Gives Kafka, unless it is away, a moment to take what is left. */
    void stop() throws InterruptedException {
        long deadlineNs = System.nanoTime() + CLOSE_TIMEOUT.toNanos();
        while (!isAway && spool.bytes() > 0 && System.nanoTime() - deadlineNs < 0) {
            Thread.sleep(POLL_MS);
        }
        thread.interrupt();
        thread.join();
    }
}
