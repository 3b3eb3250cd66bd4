// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.NodeId;
import io.parley.api.id.RoomName;
import io.parley.cluster.memory.InMemoryNodeLinks;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class RoomReaperTest {
    private static final RoomName CURSED = new RoomName("cursed");
    private static final RoomName LOST = new RoomName("lost");

    /** Answers of the search for lost rooms; when there are no more, none are lost. */
    private final Queue<Supplier<Object>> searches = new ConcurrentLinkedQueue<>();

    private final List<Object> rescued = new CopyOnWriteArrayList<>();

    private final Directory directory = (Directory) Proxy.newProxyInstance(
            Directory.class.getClassLoader(),
            new Class<?>[] {Directory.class},
            (proxy, method, arguments) -> switch (method.getName()) {
                case "lost" -> {
                    Supplier<Object> next = searches.poll();
                    yield next == null ? CompletableFuture.completedFuture(List.of()) : next.get();
                }
                case "find" -> {
                    if (arguments[0].equals(CURSED)) {
                        throw new IllegalArgumentException("a bug in one room");
                    }
                    rescued.add(arguments[0]);
                    yield CompletableFuture.completedFuture(Optional.empty());
                }
                default -> throw new UnsupportedOperationException(method.getName());
            });

    private static RoomClaim claim(RoomName room) {
        return new RoomClaim(room, new NodeId("ND_a"), 1);
    }

    private static Object bug(String message) {
        throw new IllegalStateException(message);
    }

    /** It ended at the first, for good: rooms of nodes that died later stayed lost, with their participants. */
    @Test
    void goesOnAfterWhateverGoesWrong() {
        searches.add(() -> bug("a bug in the search"));
        searches.add(() -> bug("again"));
        searches.add(() -> CompletableFuture.failedFuture(
                new ApiError(ErrorCode.UNAVAILABLE, "the directory can't be reached", ApiError.Fault.US)));
        searches.add(() -> CompletableFuture.completedFuture(List.of(claim(CURSED), claim(LOST))));
        RoomRouter router = new RoomRouter(
                directory, new InMemoryNodeLinks(), new Placement("", NodeSelector.DEFAULT, new Random(1)));
        try (LogLines log = new LogLines(RoomReaper.class);
                RoomReaper reaper = new RoomReaper(directory, router, Duration.ofMillis(1))) {
            await("the other room is looked after").until(() -> rescued.contains(LOST));
            assertThat(reaper.failures()).isEqualTo(4);
            assertThat(log.lines())
                    .satisfiesExactly(
                            line -> assertThat(line).contains("ERROR", "a bug in the search"),
                            line -> assertThat(line).contains("INFO", "the directory can't be reached"),
                            line -> assertThat(line).contains("ERROR", "a bug in one room"));
        }
    }
}
