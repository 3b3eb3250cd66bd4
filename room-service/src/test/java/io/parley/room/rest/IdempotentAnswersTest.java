// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/** What whoever holds an API secret can make the process remember, and for how long. */
class IdempotentAnswersTest {
    private final AtomicLong nowMs = new AtomicLong();
    private final IdempotentAnswers answers = new IdempotentAnswers(nowMs::get);
    private final AtomicInteger calls = new AtomicInteger();

    @Test
    void aKeyCallsOnceAndItsAnswerStays() {
        assertThat(ask("k", 10)).isFalse();
        assertThat(ask("k", 10)).isTrue();
        assertThat(calls).hasValue(1);
    }

    @Test
    void whoAsksMeanwhileGetsTheSameAnswer() {
        CompletableFuture<Answer> running = new CompletableFuture<>();
        CompletableFuture<Answer> first = answers.once("k", "f", () -> running).answer();
        IdempotentAnswers.Outcome second = answers.once("k", "f", () -> {
            throw new AssertionError("called twice");
        });
        assertThat(second.isRepeated()).isTrue();
        assertThat(second.answer()).isNotDone();
        running.complete(Answer.DONE);
        assertThat(second.answer()).isCompletedWithValue(Answer.DONE);
        assertThat(first).isCompletedWithValue(Answer.DONE);
    }

    @Test
    void aKeyOfAnotherRequestIsRefused() {
        ask("k", 10);
        assertThatThrownBy(() -> answers.once("k", "another", () -> new CompletableFuture<>()))
                .isInstanceOfSatisfying(
                        ResponseStatusException.class,
                        refusal -> assertThat(refusal.getStatusCode()).isEqualTo(HttpStatus.UNPROCESSABLE_CONTENT));
    }

    @Test
    void whatFailedIsCalledAgain() {
        CompletableFuture<Answer> failed = CompletableFuture.failedFuture(new IllegalStateException("no node"));
        assertThat(answers.once("k", "f", () -> failed).answer()).isCompletedExceptionally();
        assertThat(ask("k", 10)).isFalse();
        assertThat(ask("k", 10)).isTrue();
    }

    @Test
    void aKeyIsForgottenAfterAnHour() {
        ask("k", 10);
        nowMs.set(IdempotentAnswers.LIFETIME.toMillis() - 1);
        assertThat(ask("k", 10)).isTrue();
        nowMs.incrementAndGet();
        assertThat(ask("k", 10)).isFalse();
    }

    @Test
    void keysAndAnswersAreBoundedTogether() {
        for (int i = 0; i < 2 * IdempotentAnswers.MAX_BYTES / IdempotentAnswers.OVERHEAD_BYTES; i++) {
            ask("k" + i, 1);
        }
        assertThat(answers.bytes()).isBetween(IdempotentAnswers.MAX_BYTES / 2L, (long) IdempotentAnswers.MAX_BYTES);
        for (int i = 0; i < 10; i++) {
            ask("large" + i, IdempotentAnswers.MAX_BYTES / 3);
        }
        assertThat(answers.bytes()).isLessThanOrEqualTo(IdempotentAnswers.MAX_BYTES);
    }

    /** Whether the call came before. */
    private boolean ask(String key, int answerBytes) {
        return answers.once(key, "f", () -> {
                    calls.incrementAndGet();
                    return CompletableFuture.completedFuture(
                            new Answer(HttpStatus.OK, "x".repeat(answerBytes).getBytes(UTF_8), null));
                })
                .isRepeated();
    }
}
