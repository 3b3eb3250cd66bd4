// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import static io.parley.cluster.Stages.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.parley.api.event.Event;
import io.parley.api.event.EventType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import livekit.LivekitModels.Room;
import livekit.LivekitWebhook.WebhookEvent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every adapter of the event log keeps. */
public abstract class EventLogContract {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final List<AutoCloseable> open = new ArrayList<>();
    private EventLog log;

    /** Empty; what it needs to be closed goes to {@code closed}. */
    protected abstract EventLog openLog(List<AutoCloseable> closed);

    @BeforeEach
    void open() {
        log = openLog(open);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    public static Event event(String key, long sequence) {
        return new Event(
                key,
                7,
                sequence,
                1_700_000_000_000L + sequence,
                "",
                WebhookEvent.newBuilder()
                        .setId("EV_" + key + "_" + sequence)
                        .setEvent(EventType.PARTICIPANT_JOINED.wireName())
                        .setRoom(Room.newBuilder().setName(key).setSid("RM_" + key))
                        .build());
    }

    /** Remembers, by key, what it took: each event once, however often it came. */
    public static final class Taker implements EventLog.Reader {
        private final Map<String, List<Long>> taken = new ConcurrentHashMap<>();
        private final Set<String> ids = ConcurrentHashMap.newKeySet();

        @Override
        public CompletionStage<Void> onEvents(List<Event> events) {
            assertThat(events).isNotEmpty();
            for (Event event : events) {
                if (ids.add(event.id())) {
                    taken.computeIfAbsent(event.key(), key -> new CopyOnWriteArrayList<>())
                            .add(event.sequence());
                }
            }
            return CompletableFuture.completedFuture(null);
        }

        public int count() {
            return ids.size();
        }

        public List<Long> of(String key) {
            return taken.getOrDefault(key, List.of());
        }
    }

    private AutoCloseable read(String group, EventLog.Reader reader) {
        AutoCloseable reading = log.read(group, reader);
        open.add(reading);
        return reading;
    }

    private void append(String key, long first, long last) {
        for (long sequence = first; sequence <= last; sequence++) {
            get(log.append(event(key, sequence)));
        }
    }

    private static List<Long> numbers(long first, long last) {
        return LongStream.rangeClosed(first, last).boxed().toList();
    }

    private static void awaitThat(String what, Callable<Boolean> condition) {
        await(what).atMost(TIMEOUT).pollInterval(Duration.ofMillis(5)).until(condition);
    }

    @Test
    void anEventIsReadAsItWasAppended() {
        List<Event> read = new CopyOnWriteArrayList<>();
        read("group", events -> {
            read.addAll(events);
            return CompletableFuture.completedFuture(null);
        });
        get(log.append(event("demo", 1)));
        awaitThat("the event", () -> !read.isEmpty());
        assertThat(read).containsExactly(event("demo", 1));
    }

    @Test
    void eventsOfEachKeyComeInTheirOrderToEveryGroup() {
        Taker one = new Taker();
        Taker other = new Taker();
        read("one", one);
        read("other", other);
        int keys = 40;
        int each = 50;
        List<CompletionStage<Void>> appended = new ArrayList<>();
        for (int sequence = 1; sequence <= each; sequence++) {
            for (int key = 0; key < keys; key++) {
                appended.add(log.append(event("room " + key, sequence)));
            }
        }
        appended.forEach(Stages::get);
        for (Taker taker : List.of(one, other)) {
            awaitThat("all of them", () -> taker.count() == keys * each);
            for (int key = 0; key < keys; key++) {
                assertThat(taker.of("room " + key)).isEqualTo(numbers(1, each));
            }
        }
    }

    @Test
    void aBatchThatWasNotTakenComesAgainBeforeWhatFollowsIt() {
        AtomicInteger failures = new AtomicInteger();
        List<Long> seen = new CopyOnWriteArrayList<>();
        Taker taker = new Taker();
        read("group", events -> {
            events.forEach(event -> seen.add(event.sequence()));
            return switch (failures.incrementAndGet()) {
                case 1 -> throw new IllegalStateException("does not even say so with a stage: part of the test");
                case 2 -> CompletableFuture.failedFuture(new IllegalStateException("not taken: part of the test"));
                default -> taker.onEvents(events);
            };
        });
        append("demo", 1, 10);
        awaitThat("all of them", () -> taker.count() == 10);
        assertThat(taker.of("demo")).isEqualTo(numbers(1, 10));
        assertThat(seen).filteredOn(sequence -> sequence == 1).hasSize(3);
    }

    @Test
    void aBatchThatIsNotTakenYetHoldsUpItsKeyAndNotAllOthers() {
        CompletableFuture<Void> taking = new CompletableFuture<>();
        AtomicBoolean isTaken = new AtomicBoolean();
        AtomicInteger overtakers = new AtomicInteger();
        Taker taker = new Taker();
        read("group", events -> {
            boolean isSlow = events.stream().anyMatch(event -> event.key().equals("slow"));
            if (isSlow && isTaken.compareAndSet(false, true)) {
                taker.onEvents(events);
                return taking;
            }
            if (isSlow && !taking.isDone()) {
                overtakers.incrementAndGet();
            }
            return taker.onEvents(events);
        });
        append("slow", 1, 1);
        awaitThat("the slow one", () -> taker.count() == 1);
        append("slow", 2, 5);
        for (int i = 0; i < 40; i++) {
            append("room " + i, 1, 1);
        }
        awaitThat("most of the others", () -> taker.count() > 20);
        assertThat(taker.of("slow")).containsExactly(1L);
        taking.complete(null);
        awaitThat("all", () -> taker.count() == 45);
        assertThat(taker.of("slow")).isEqualTo(numbers(1, 5));
        assertThat(overtakers).hasValue(0);
    }

    @Test
    void aGroupGoesOnWhereItsLastReaderWas() throws Exception {
        Taker first = new Taker();
        AutoCloseable reading = read("group", first);
        append("demo", 1, 20);
        awaitThat("the first half", () -> first.count() == 20);
        reading.close();
        append("demo", 21, 40);
        Taker second = new Taker();
        read("group", second);
        awaitThat("the second half", () -> second.of("demo").contains(40L));
        assertThat(first.count()).isEqualTo(20);
        assertThat(second.of("demo")).endsWith(numbers(21, 40).toArray(Long[]::new));
    }

    @Test
    void ofTheReadersOfAGroupOneTakesWhatAnotherHadNotTakenWhenItWasClosed() throws Exception {
        AtomicBoolean isReached = new AtomicBoolean();
        AutoCloseable stuck = read("group", events -> {
            isReached.set(true);
            return new CompletableFuture<>();
        });
        append("demo", 1, 5);
        awaitThat("the first reader", isReached::get);
        Taker taker = new Taker();
        read("group", taker);
        stuck.close();
        awaitThat("the other reader", () -> taker.count() == 5);
        assertThat(taker.of("demo")).isEqualTo(numbers(1, 5));
    }

    @Test
    void readersThatComeAndGoMissNothingAndKeepTheOrder() throws Exception {
        Set<String> taken = new HashSet<>();
        Map<String, Long> last = new ConcurrentHashMap<>();
        List<String> gaps = new CopyOnWriteArrayList<>();
        EventLog.Reader reader = events -> {
            synchronized (taken) {
                for (Event event : events) {
                    if (event.sequence() > last.getOrDefault(event.key(), 0L) + 1) {
                        gaps.add(event.id());
                    }
                    last.merge(event.key(), event.sequence(), Math::max);
                    taken.add(event.id());
                }
            }
            return CompletableFuture.completedFuture(null);
        };
        int keys = 20;
        AutoCloseable reading = read("group", reader);
        for (int round = 0; round < 4; round++) {
            for (int key = 0; key < keys; key++) {
                append("room " + key, round * 10 + 1, round * 10 + 10);
            }
            AutoCloseable next = read("group", reader);
            reading.close();
            reading = next;
        }
        awaitThat("all of them", () -> {
            synchronized (taken) {
                return taken.size() == keys * 40;
            }
        });
        assertThat(gaps).isEmpty();
    }
}
