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
    void howeverManyComeTheOneThatIsUsedStays() {
        int most = VerifiedTokens.MAX_BYTES / VerifiedTokens.OVERHEAD_BYTES;
        add("used");
        for (int i = 0; i < 2 * most; i++) {
            add("token-" + i);
            assertThat(tokens.find("used", KEYS)).isNotNull();
        }
        assertThat(tokens.size()).isBetween(most / 2L, (long) most);
    }

    /** The same with tokens as large as a header may be. */
    @Test
    void largeOnesAreFewer() {
        for (int i = 0; i < 2_000; i++) {
            add(i + "x".repeat(60_000));
        }
        assertThat(tokens.size()).isBetween(50L, VerifiedTokens.MAX_BYTES / (6 * 60_000L));
        add("x".repeat(VerifiedTokens.MAX_BYTES));
        assertThat(tokens.find("x".repeat(VerifiedTokens.MAX_BYTES), KEYS)).isNull();
    }
}
