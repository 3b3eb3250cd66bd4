// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Map;
import javax.crypto.SecretKey;
import org.junit.jupiter.api.Test;
import org.springframework.security.oauth2.jwt.Jwt;

class VerifiedTokensTest {
    private static final ApiKeys KEYS = new ApiKeys(Map.of("key", "a secret of thirty-two characters"));
    private static final SecretKey KEY = KEYS.macKey("key");

    private final VerifiedTokens tokens = new VerifiedTokens();

    private void add(String text) {
        tokens.add(text, jwt(text), "key", KEY);
    }

    private static Jwt jwt(String text) {
        return Jwt.withTokenValue(text)
                .header("alg", "HS256")
                .expiresAt(Instant.MAX)
                .build();
    }

    @Test
    void aTokenIsKnownUntilItsKeyIsAnotherOrGone() {
        add("one");
        assertThat(tokens.find("one", KEYS)).isNotNull();
        assertThat(tokens.find("two", KEYS)).isNull();
        assertThat(tokens.find("one", new ApiKeys(Map.of("key", "another secret of that same length"))))
                .isNull();
        assertThat(tokens.size()).isZero();
        add("one");
        assertThat(tokens.find("one", new ApiKeys(Map.of()))).isNull();
    }

    /** Whoever has a secret, and makes a token for each call. */
    @Test
    void theOneThatWasNotUsedForLongestGoes() {
        add("first");
        for (int i = 0; i < VerifiedTokens.MAX_TOKENS - 1; i++) {
            add("token-" + i);
        }
        assertThat(tokens.find("first", KEYS)).isNotNull();
        add("one more");
        assertThat(tokens.size()).isEqualTo(VerifiedTokens.MAX_TOKENS);
        assertThat(tokens.find("first", KEYS)).isNotNull();
        assertThat(tokens.find("token-0", KEYS)).isNull();
    }

    /** The same with tokens as large as a header may be. */
    @Test
    void largeOnesAreFewer() {
        for (int i = 0; i < 2_000; i++) {
            add(i + "x".repeat(60_000));
        }
        assertThat(tokens.size()).isBetween(50, VerifiedTokens.MAX_BYTES / (6 * 60_000));
        add("x".repeat(VerifiedTokens.MAX_BYTES));
        assertThat(tokens.size()).isZero();
    }
}
