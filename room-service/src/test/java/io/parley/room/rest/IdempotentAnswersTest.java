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
    void tooManyKeysPushTheOldestOut() {
        for (int i = 0; i <= IdempotentAnswers.MAX_KEYS; i++) {
            ask("k" + i, 1);
        }
        assertThat(ask("k" + IdempotentAnswers.MAX_KEYS, 1)).isTrue();
        assertThat(ask("k2", 1)).isTrue();
        assertThat(ask("k0", 1)).isFalse();
    }

    @Test
    void largeAnswersPushTheOldestOut() {
        int third = IdempotentAnswers.MAX_BYTES / 3;
        for (String key : new String[] {"a", "b", "c"}) {
            ask(key, third);
        }
        assertThat(ask("a", third)).isTrue();
        ask("d", third);
        assertThat(ask("b", third)).isTrue();
        assertThat(ask("a", third)).isFalse();
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
