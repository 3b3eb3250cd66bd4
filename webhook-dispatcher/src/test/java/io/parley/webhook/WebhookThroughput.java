// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.OperatingSystemMXBean;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.util.ResourceLeakDetector;
import io.parley.api.event.Event;
import io.parley.cluster.memory.InMemoryDeliveryStore;
import io.parley.cluster.memory.InMemoryEventLog;
import io.parley.cluster.redis.RedisConnections;
import io.parley.cluster.redis.RedisDeliveryStore;
import io.parley.cluster.redis.RedisSettings;
import io.parley.cluster.webhook.DeliveryLimits;
import io.parley.cluster.webhook.DeliveryStore;
import io.parley.edge.security.ApiKeys;
import io.parley.testkit.RedisProcess;
import io.parley.webhook.send.HttpWebhookSender;
import java.io.BufferedReader;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * What one dispatcher does with one endpoint and many rooms: by name only ({@code ./parley test webhook-dispatcher WebhookThroughput}), not
 * in the gate. A burst, for deliveries a second and CPU time; then so many a second, for the time from an event to its receipt. Over Redis, which
 * does not write to disk, and in memory; the log is in memory for both, the receiver is a process of its own.
 */
class WebhookThroughput {
    private static final int ROOMS = 1_000;
    private static final int EVENTS_OF_ROOM = 12;
    private static final int PACED_PER_SECOND = Integer.getInteger("parley.measure.rate", 200);
    private static final int PACED_SECONDS = 10;
    private static final ApiKeys KEYS = new ApiKeys(Map.of("APIkey", "a-secret-of-thirty-two-characters-or-more"));

    /** Answers 200, and prints the time in µs since 1970 and the id of what it gets. */
    static final class Sink {
        public static void main(String[] args) throws InterruptedException {
            Receiver receiver = new Receiver();
            receiver.answer(got -> {
                System.out.println(nowUs() + " " + got.event());
                return Receiver.status(200);
            });
            System.out.println(receiver.url());
            Thread.currentThread().join();
        }
    }

    private static long nowUs() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }

    /** What the sink printed, read at once: it must not wait for us. */
    private static final class Receipts {
        final Map<String, Long> atUs = new HashMap<>();
        private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

        Receipts(BufferedReader sink) {
            Thread.ofVirtual().start(() -> sink.lines().forEach(lines::add));
        }

        void await(int count) throws InterruptedException {
            atUs.clear();
            while (atUs.size() < count) {
                String[] line = lines.take().split(" ", 2);
                assertThat(atUs.put(line[1], Long.parseLong(line[0]))).isNull();
            }
        }
    }

    /** Tests run with the leak detection of Netty at its dearest, which takes more than all the rest. */
    @BeforeAll
    static void measureNoLeakDetection() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.SIMPLE);
    }

    @Test
    void overRedis() throws Exception {
        RedisProcess redis = new RedisProcess();
        LettuceConnectionFactory connections = RedisConnections.to(RedisSettings.of(redis.url()));
        connections.afterPropertiesSet();
        connections.start();
        try (redis) {
            measure(
                    "Redis",
                    new RedisDeliveryStore(connections, DeliveryLimits.DEFAULT),
                    () -> cpuSeconds(connections));
        } finally {
            connections.destroy();
        }
    }

    @Test
    void inMemory() throws Exception {
        measure("memory", new InMemoryDeliveryStore(System::currentTimeMillis, DeliveryLimits.DEFAULT), () -> 0);
    }

    private static double cpuSeconds(LettuceConnectionFactory connections) {
        try (RedisConnection connection = connections.getConnection()) {
            return connection.serverCommands().info("cpu").entrySet().stream()
                    .filter(entry -> Set.of("used_cpu_sys", "used_cpu_user").contains(entry.getKey()))
                    .mapToDouble(entry -> Double.parseDouble((String) entry.getValue()))
                    .sum();
        }
    }

    private static double ownCpuSeconds() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() / 1e9;
    }

    private static void measure(String name, DeliveryStore store, DoubleSupplier storeCpuSeconds) throws Exception {
        Process sink = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Sink.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader lines = sink.inputReader(); // ends with the process; closing it would wait for its reader
        try (InMemoryEventLog log = new InMemoryEventLog()) {
            WebhookProperties properties = new WebhookProperties(
                    List.of(new WebhookProperties.Endpoint(lines.readLine(), "", Set.of(), Set.of(), List.of())),
                    false,
                    Duration.ofHours(72),
                    Duration.ofHours(120),
                    Duration.ofSeconds(10),
                    1_000,
                    32,
                    List.of());
            WebhookWiring wiring = new WebhookWiring();
            try (HttpWebhookSender sender = wiring.webhookSender(properties, KEYS);
                    WebhookDispatcher dispatcher =
                            wiring.webhookDispatcher(properties, KEYS, log, store, sender, new SimpleMeterRegistry())) {
                dispatcher.start();
                await().until(dispatcher::isWell);
                Receipts receipts = new Receipts(lines);
                burst("warm", log, receipts);
                double ownCpu = ownCpuSeconds();
                double storeCpu = storeCpuSeconds.getAsDouble();
                double seconds = burst("burst", log, receipts);
                int count = ROOMS * EVENTS_OF_ROOM;
                String said = "%s: %.0f deliveries/s, CPU for each: dispatcher %.0f µs, store %.0f µs"
                        .formatted(
                                name,
                                count / seconds,
                                (ownCpuSeconds() - ownCpu) * 1e6 / count,
                                (storeCpuSeconds.getAsDouble() - storeCpu) * 1e6 / count);
                System.out.println(said + paced(log, receipts));
            }
        } finally {
            sink.destroy();
            sink.waitFor();
        }
    }

    private static Event event(Events room, int i) {
        return switch (i) {
            case 0 -> room.roomStarted();
            case EVENTS_OF_ROOM - 1 -> room.roomFinished();
            default -> i % 2 == 1 ? room.joined("p" + i, "PA_" + i) : room.left("p" + (i - 1), "PA_" + (i - 1));
        };
    }

    /** As fast as they can be taken, a room's one after the other. @return seconds until all were received */
    private static double burst(String prefix, InMemoryEventLog log, Receipts receipts) throws InterruptedException {
        List<Events> rooms = IntStream.range(0, ROOMS)
                .mapToObj(i -> new Events(prefix + i, "RM_" + prefix + i, 7))
                .toList();
        long startedUs = nowUs();
        for (int i = 0; i < EVENTS_OF_ROOM; i++) {
            for (Events room : rooms) {
                log.append(event(room, i));
            }
        }
        receipts.await(ROOMS * EVENTS_OF_ROOM);
        return (nowUs() - startedUs) / 1e6;
    }

    private static String paced(InMemoryEventLog log, Receipts receipts) throws InterruptedException {
        int count = PACED_PER_SECOND * PACED_SECONDS;
        Map<String, Long> appendedUs = new HashMap<>();
        long startedNs = System.nanoTime();
        for (int i = 0; i < count; i++) {
            LockSupport.parkNanos(startedNs + i * 1_000_000_000L / PACED_PER_SECOND - System.nanoTime());
            Event event = new Events("paced" + i, "RM_paced" + i, 7).roomStarted();
            appendedUs.put(event.id(), nowUs());
            log.append(event);
        }
        receipts.await(count);
        double[] ms = receipts.atUs.entrySet().stream()
                .mapToDouble(entry -> (entry.getValue() - appendedUs.get(entry.getKey())) / 1e3)
                .toArray();
        Arrays.sort(ms);
        return "; at %d/s from event to receipt: p50 %.1f ms, p99 %.1f ms"
                .formatted(PACED_PER_SECOND, ms[count / 2], ms[count * 99 / 100]);
    }
}
