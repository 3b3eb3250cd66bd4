// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.security;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.jwt.Jwt;

/**
 * Tokens whose signature was found good, each with the key that it is of: verifying one costs a hundred times as much as finding
 * it here. Bounded in bytes; those that are used stay. Only who has a secret can add to it. Safe for any threads.
 */
final class VerifiedTokens {
    static final int MAX_BYTES = 32 << 20;

    /** A token is kept as text, and its claims as objects. */
    private static final int BYTES_PER_CHARACTER = 6;

    /** Beside its text, about. */
    static final int OVERHEAD_BYTES = 1_000;

    private record Entry(Jwt token, String issuer, SecretKey key) {}

    /** By text. */
    private final Cache<String, Entry> entries = Caffeine.newBuilder()
            .maximumWeight(MAX_BYTES)
            .weigher((String text, Entry entry) -> OVERHEAD_BYTES + BYTES_PER_CHARACTER * text.length())
            .executor(Runnable::run)
            .build();

    /** @return null if it is not known, or was found good with another key than the issuer has now */
    @Nullable
    Jwt find(String text, ApiKeys keys) {
        Entry entry = entries.getIfPresent(text);
        if (entry == null) {
            return null;
        }
        if (entry.key.equals(keys.macKey(entry.issuer))) {
            return entry.token;
        }
        entries.asMap().remove(text, entry);
        return null;
    }

    void add(String text, Jwt token, String issuer, SecretKey key) {
        entries.put(text, new Entry(token, issuer, key));
    }

    void forget(String text) {
        entries.invalidate(text);
    }

    long size() {
        entries.cleanUp();
        return entries.estimatedSize();
    }
}
