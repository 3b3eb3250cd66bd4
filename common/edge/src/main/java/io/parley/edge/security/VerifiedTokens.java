// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.security;

import java.util.LinkedHashMap;
import java.util.SequencedMap;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.jwt.Jwt;

/**
 * Tokens whose signature was found good, each with the key that it is of: verifying one costs a hundred times as much as finding
 * it here. Bounded in number and bytes; the one that was not used for longest goes first. Only who has a secret can add to
 * it. Safe for any threads.
 */
final class VerifiedTokens {
    static final int MAX_TOKENS = 10_000;
    static final int MAX_BYTES = 32 << 20;

    /** A token is kept as text, and its claims as objects. */
    private static final int BYTES_PER_CHARACTER = 6;

    private record Entry(Jwt token, String issuer, SecretKey key, int bytes) {}

    /** By text, the longest unused first. */
    private final SequencedMap<String, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);

    /** The sum of all entries' bytes. */
    private int bytes;

    /** @return null if it is not known, or was found good with another key than the issuer has now */
    synchronized @Nullable Jwt find(String text, ApiKeys keys) {
        Entry entry = entries.get(text);
        if (entry == null) {
            return null;
        }
        if (entry.key.equals(keys.macKey(entry.issuer))) {
            return entry.token;
        }
        forget(text);
        return null;
    }

    synchronized void add(String text, Jwt token, String issuer, SecretKey key) {
        forget(text);
        Entry entry = new Entry(token, issuer, key, BYTES_PER_CHARACTER * text.length());
        entries.put(text, entry);
        bytes += entry.bytes;
        while (entries.size() > MAX_TOKENS || bytes > MAX_BYTES) {
            forget(entries.firstEntry().getKey());
        }
    }

    synchronized void forget(String text) {
        Entry entry = entries.remove(text);
        if (entry != null) {
            bytes -= entry.bytes;
        }
    }

    synchronized int size() {
        return entries.size();
    }
}
