// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/**
 * What the calls of one API key were answered, by their idempotency keys: a call that comes again has its effect once. What
 * was refused had none, and is forgotten. Calls come on any thread.
 */
final class IdempotentAnswers {
    static final Duration LIFETIME = Duration.ofHours(1);

    /** Of answers, which have metadata of up to 512 kB in them. Whoever has more in an hour loses some, and is alone with that. */
    static final int MAX_BYTES = 32 << 20;

    /** What a key costs beside its answer, about. */
    static final int OVERHEAD_BYTES = 1_000;

    /**
     * @param answer also for those who ask meanwhile
     * @param isRepeated whether the call came before
     */
    record Outcome(CompletableFuture<Answer> answer, boolean isRepeated) {}

    /** @param bytes of the answer, 0 until it is there */
    private record Entry(String fingerprint, CompletableFuture<Answer> answer, int bytes) {}

    private final Cache<String, Entry> entries;

    IdempotentAnswers(LongSupplier nowMs) {
        entries = Caffeine.newBuilder()
                .ticker(() -> TimeUnit.MILLISECONDS.toNanos(nowMs.getAsLong()))
                .expireAfterWrite(LIFETIME)
                .maximumWeight(MAX_BYTES)
                .weigher((String key, Entry entry) -> OVERHEAD_BYTES + entry.bytes())
                .executor(Runnable::run)
                .build();
    }

    /**
     * Makes a call, unless it was made before.
     *
     * @param fingerprint of the whole request
     * @param call refuses by its stage alone
     * @throws ResponseStatusException 422 for a key that came with another request
     */
    Outcome once(String key, String fingerprint, Supplier<CompletionStage<Answer>> call) {
        Entry open = new Entry(fingerprint, new CompletableFuture<>(), 0);
        Entry before = entries.asMap().putIfAbsent(key, open);
        if (before != null) {
            if (!before.fingerprint.equals(fingerprint)) {
                throw new ResponseStatusException(
                        HttpStatus.UNPROCESSABLE_CONTENT,
                        RestApi.IDEMPOTENCY_KEY + " came before, with another request");
            }
            return new Outcome(before.answer, true);
        }
        call.get().whenComplete((answer, failure) -> {
            if (failure == null) {
                entries.asMap().replace(key, open, new Entry(fingerprint, open.answer, answer.json().length));
                open.answer.complete(answer);
            } else {
                entries.asMap().remove(key, open);
                open.answer.completeExceptionally(failure);
            }
        });
        return new Outcome(open.answer, false);
    }

    long bytes() {
        entries.cleanUp();
        return entries.policy().eviction().orElseThrow().weightedSize().orElse(0);
    }
}
