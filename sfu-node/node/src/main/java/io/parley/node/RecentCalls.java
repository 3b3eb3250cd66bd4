// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import com.google.protobuf.Message;
import io.parley.api.id.RoomName;
import io.parley.api.room.RoomMethod;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls of the server API by the ids that SDKs give them ({@code X-Livekit-Request-Id}), and repeat when they try again: a
 * call that comes again has the first one's answer, also one that is still waited for. What was refused had no effect and is
 * forgotten.
 */
final class RecentCalls {
    /** SDKs try three times within seconds. */
    static final Duration LIFETIME = Duration.ofMinutes(1);

    /** Of all calls together; the oldest are forgotten first. */
    static final long MAX_BYTES = 16 << 20;

    /** What a call costs beside its answer, about. */
    private static final int CALL_OVERHEAD_BYTES = 512;

    private record Key(RoomName room, String method, String requestId) {}

    /** What came of a call: an answer, or why there is none. */
    private record Outcome(
            @Nullable Message answer, @Nullable Throwable failure) {
        int bytes() {
            return CALL_OVERHEAD_BYTES + (answer == null ? 0 : answer.getSerializedSize());
        }
    }

    private final AsyncCache<Key, Outcome> calls;

    RecentCalls() {
        this(Ticker.systemTicker());
    }

    RecentCalls(Ticker ticker) {
        calls = Caffeine.newBuilder()
                .ticker(ticker)
                .expireAfterWrite(LIFETIME)
                .maximumWeight(MAX_BYTES)
                .weigher((Key key, Outcome outcome) -> outcome.bytes())
                .buildAsync();
    }

    /** @param requestId of one caller: with its API key, since callers choose their ids by themselves */
    <R extends Message> CompletionStage<R> once(
            RoomName room, RoomMethod<?, R> method, String requestId, Supplier<CompletableFuture<R>> call) {
        Key key = new Key(room, method.name(), requestId);
        // A refusal is an outcome like another: the cache would log a load that fails, and callers can make any number
        // of these.
        CompletableFuture<Outcome> made =
                calls.get(key, (absent, executor) -> call.get().handle(Outcome::new));
        return made.thenCompose(outcome -> {
            if (outcome.answer() == null) {
                calls.asMap().remove(key, made);
                return CompletableFuture.failedFuture(Objects.requireNonNull(outcome.failure()));
            }
            return CompletableFuture.completedFuture(method.cast(outcome.answer()));
        });
    }

    /** That are kept. */
    long bytes() {
        calls.synchronous().cleanUp();
        return calls.synchronous()
                .policy()
                .eviction()
                .orElseThrow()
                .weightedSize()
                .orElse(0);
    }
}
