// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook.intake;

import io.parley.api.id.RoomName;
import io.parley.cluster.Directory;
import io.parley.cluster.LogThrottle;
import io.parley.cluster.webhook.DeliveryStore;
import io.parley.cluster.webhook.KeyProgress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends rooms that nobody is left to say of that they ended: their node died, and the directory forgot them before another
 * took them over. It also forgets a room that just finished, of which the event is still to come; so it is asked twice,
 * minutes apart.
 */
public final class LostRooms {
    static final Duration QUIET = Duration.ofMinutes(1);
    private static final Duration INTERVAL = Duration.ofSeconds(15);
    private static final int MAX_ROOMS = 200;
    private static final int MAX_SUSPECTS = 10_000;
    private static final Logger log = LoggerFactory.getLogger(LostRooms.class);

    private final DeliveryStore store;
    private final Directory directory;
    private final EventIntake intake;
    private final LongSupplier wallMs;
    private final Map<String, KeyProgress> suspects = new ConcurrentHashMap<>();
    private final LogThrottle failures = new LogThrottle();
    private long nextAtMs;

    /** @param wallMs milliseconds since 1970 */
    public LostRooms(DeliveryStore store, Directory directory, EventIntake intake, LongSupplier wallMs) {
        this.store = store;
        this.directory = directory;
        this.intake = intake;
        this.wallMs = wallMs;
    }

    /** As often as one likes, by one thread at a time; waits for nothing. */
    public void onTime() {
        long nowMs = wallMs.getAsLong();
        if (nowMs < nextAtMs) {
            return;
        }
        nextAtMs = nowMs + INTERVAL.toMillis();
        store.quiet(QUIET, MAX_ROOMS)
                .thenCompose(rooms -> CompletableFuture.allOf(rooms.entrySet().stream()
                        .map(room -> check(room.getKey(), room.getValue()).toCompletableFuture())
                        .toArray(CompletableFuture[]::new)))
                .whenComplete((done, error) -> {
                    if (error != null && failures.tryPass()) {
                        log.atWarn().addKeyValue("cause", error).log("it is not known whether rooms were lost");
                    }
                });
    }

    private CompletionStage<Void> check(String room, KeyProgress progress) {
        return directory.find(new RoomName(room)).thenCompose(place -> {
            if (place.isPresent()) {
                suspects.remove(room);
                return CompletableFuture.completedFuture(null);
            }
            if (progress.equals(suspects.remove(room))) {
                log.atInfo().addKeyValue("room", room).log("a room was lost with its node: its end is told for it");
                return intake.onLost(room, progress);
            }
            if (suspects.size() < MAX_SUSPECTS) {
                suspects.put(room, progress);
            }
            return CompletableFuture.completedFuture(null);
        });
    }
}
