// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook.send;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.cluster.webhook.Attempt;
import io.parley.cluster.webhook.Delivery;
import io.parley.cluster.webhook.DeliveryStore.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetryPolicyTest {
    private static final Duration RETRY_FOR = Duration.ofHours(72);

    /** Draws the longest delay. */
    private static final RandomGenerator LONGEST = new Random() {
        @Override
        public long nextLong(long bound) {
            return bound - 1;
        }
    };

    private static Delivery tried(int attempts) {
        Delivery delivery = new Delivery("WE_a", "EV_1", "t", "demo", 1, 1, 0, "{}", 0, 0, List.of());
        for (int i = 0; i < attempts; i++) {
            delivery = delivery.withAttempt(new Attempt(i, 1, 500, ""));
        }
        return delivery;
    }

    private static RetryPolicy.Verdict judge(int attempts, Reply reply, Duration age) {
        return new RetryPolicy(RETRY_FOR, LONGEST).judge(tried(attempts), reply, age.toMillis());
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 201, 204, 299})
    void everySecondHundredIsDelivered(int status) {
        assertThat(judge(1, Reply.of(status), Duration.ZERO).outcome()).isEqualTo(Outcome.DELIVERED);
    }

    @Test
    void delaysDoubleFromASecondToTenMinutes() {
        assertThat(judge(1, Reply.of(500), Duration.ZERO).delay()).isEqualTo(Duration.ofSeconds(1));
        assertThat(judge(2, Reply.of(500), Duration.ZERO).delay()).isEqualTo(Duration.ofSeconds(2));
        assertThat(judge(5, Reply.failed("timeout"), Duration.ZERO).delay()).isEqualTo(Duration.ofSeconds(16));
        assertThat(judge(11, Reply.of(500), Duration.ZERO).delay()).isEqualTo(Duration.ofMinutes(10));
        assertThat(judge(1_000, Reply.of(500), Duration.ZERO).delay()).isEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void delaysAreDrawnFromTheWholeRange() {
        RetryPolicy policy = new RetryPolicy(RETRY_FOR, new Random(1));
        List<Long> delays = java.util.stream.IntStream.range(0, 1_000)
                .mapToObj(i -> policy.judge(tried(4), Reply.of(503), 0).delay().toMillis())
                .toList();
        assertThat(delays).allMatch(delay -> delay >= 0 && delay <= 8_000);
        assertThat(delays).anyMatch(delay -> delay < 800).anyMatch(delay -> delay > 7_200);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 408, 425, 429, 500, 501, 502, 503, 504})
    void whoIsAwayOrOverloadedIsTriedForAllTheTime(int status) {
        Reply reply = status == 0 ? Reply.failed("connection failed") : Reply.of(status);
        assertThat(judge(20, reply, Duration.ofHours(71)).outcome()).isEqualTo(Outcome.RETRY);
        assertThat(judge(20, reply, Duration.ofHours(72)).outcome()).isEqualTo(Outcome.DEAD);
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 307, 400, 401, 403, 404, 413, 422})
    void whoRefusesIsTriedForMinutes(int status) {
        assertThat(judge(2, Reply.of(status), Duration.ofMinutes(5)).outcome()).isEqualTo(Outcome.RETRY);
        assertThat(judge(2, Reply.of(status), Duration.ofMinutes(10)).outcome()).isEqualTo(Outcome.DEAD);
    }

    /** A proxy that answers 404 while the receiver comes back would end all that waited for it. */
    @Test
    void theMinutesOfARefusalBeginWithTheFirstOne() {
        long hourMs = Duration.ofHours(1).toMillis();
        Delivery waited = tried(5).withAttempt(new Attempt(hourMs, 1, 404, ""));
        RetryPolicy policy = new RetryPolicy(RETRY_FOR, LONGEST);
        assertThat(policy.judge(waited, Reply.of(404), hourMs).outcome()).isEqualTo(Outcome.RETRY);
        assertThat(policy.judge(
                                waited,
                                Reply.of(404),
                                hourMs + Duration.ofMinutes(10).toMillis())
                        .outcome())
                .isEqualTo(Outcome.DEAD);
    }

    @Test
    void whoIsGoneIsTriedNoMore() {
        assertThat(judge(1, Reply.of(410), Duration.ZERO).outcome()).isEqualTo(Outcome.DEAD);
    }

    @Test
    void retryAfterIsHeededUpToAnHour() {
        assertThat(judge(1, new Reply(429, "", Duration.ofMinutes(3)), Duration.ZERO)
                        .delay())
                .isEqualTo(Duration.ofMinutes(3));
        assertThat(judge(9, new Reply(429, "", Duration.ofSeconds(3)), Duration.ZERO)
                        .delay())
                .isGreaterThan(Duration.ofSeconds(3));
        assertThat(judge(1, new Reply(503, "", Duration.ofDays(9)), Duration.ZERO)
                        .delay())
                .isEqualTo(Duration.ofHours(1));
    }
}
