// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
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

    /** Whoever sends more in an hour loses the oldest ones, and is alone with that. */
    static final int MAX_KEYS = 10_000;

    /** Of answers, which have metadata of up to 512 kB in them. */
    static final int MAX_BYTES = 32 << 20;

    /**
     * @param answer also for those who ask meanwhile
     * @param isRepeated whether the call came before
     */
    record Outcome(CompletableFuture<Answer> answer, boolean isRepeated) {}

    private static final class Entry {
        final String fingerprint;
        final long untilMs;
        final CompletableFuture<Answer> answer = new CompletableFuture<>();

        /** Of the answer, once it is there. */
        int bytes;

        Entry(String fingerprint, long untilMs) {
            this.fingerprint = fingerprint;
            this.untilMs = untilMs;
        }
    }

    private final LongSupplier nowMs;

    /** The oldest first, and so those that end first. */
    private final SequencedMap<String, Entry> entries = new LinkedHashMap<>();

    /** The sum of all entries' bytes. */
    private int bytes;

    IdempotentAnswers(LongSupplier nowMs) {
        this.nowMs = nowMs;
    }

    /**
     * Makes a call, unless it was made before.
     *
     * @param fingerprint of the whole request
     * @param call refuses by its stage alone
     * @throws ResponseStatusException 422 for a key that came with another request
     */
    Outcome once(String key, String fingerprint, Supplier<CompletionStage<Answer>> call) {
        Entry entry;
        synchronized (this) {
            forgetOld();
            Entry before = entries.get(key);
            if (before != null) {
                if (!before.fingerprint.equals(fingerprint)) {
                    throw new ResponseStatusException(
                            HttpStatus.UNPROCESSABLE_CONTENT,
                            RestApi.IDEMPOTENCY_KEY + " came before, with another request");
                }
                return new Outcome(before.answer, true);
            }
            entry = new Entry(fingerprint, nowMs.getAsLong() + LIFETIME.toMillis());
            entries.put(key, entry);
        }
        call.get().whenComplete((answer, failure) -> {
            if (failure == null) {
                keep(key, entry, answer.json().length);
                entry.answer.complete(answer);
            } else {
                forget(key, entry);
                entry.answer.completeExceptionally(failure);
            }
        });
        return new Outcome(entry.answer, false);
    }

    private synchronized void keep(String key, Entry entry, int answerBytes) {
        if (entries.get(key) == entry) {
            entry.bytes = answerBytes;
            bytes += answerBytes;
            forgetOld();
        }
    }

    private synchronized void forget(String key, Entry entry) {
        entries.remove(key, entry);
    }

    private void forgetOld() {
        while (!entries.isEmpty()) {
            Entry oldest = entries.firstEntry().getValue();
            boolean isOver = entries.size() > MAX_KEYS || bytes > MAX_BYTES;
            if (!isOver && oldest.untilMs > nowMs.getAsLong()) {
                return;
            }
            entries.pollFirstEntry();
            bytes -= oldest.bytes;
        }
    }
}
