// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.api.error.ApiError;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A part of a list. Its order is by time, so what is there from the first page to the last is on exactly one of them,
 * whatever comes and goes meanwhile.
 *
 * @param nextToken null on the last page
 */
record Page<T>(List<T> items, @Nullable String nextToken) {
    static final int DEFAULT_SIZE = 100;
    static final int MAX_SIZE = 1_000;

    /**
     * Where something is in a list.
     *
     * @param atMs when it came to be, in ms since the epoch
     * @param name its own among what is as old
     */
    record Position(long atMs, String name) implements Comparable<Position> {
        private static final Comparator<Position> ORDER =
                Comparator.comparingLong(Position::atMs).thenComparing(Position::name);

        @Override
        public int compareTo(Position other) {
            return ORDER.compare(this, other);
        }

        private String toToken() {
            return Base64.getUrlEncoder().withoutPadding().encodeToString((atMs + ":" + name).getBytes(UTF_8));
        }

        private static Position ofToken(String token) {
            try {
                String text = new String(Base64.getUrlDecoder().decode(token), UTF_8);
                int colon = text.indexOf(':');
                return new Position(Long.parseLong(text.substring(0, Math.max(colon, 0))), text.substring(colon + 1));
            } catch (IllegalArgumentException e) { // which a NumberFormatException is, too
                throw ApiError.ofArgument(Query.PAGE_TOKEN.name(), "is not one that this API gave");
            }
        }
    }

    /** @param sizeText and @param token as the query has them */
    static <T> Page<T> of(
            List<T> all, Function<T, Position> position, @Nullable String sizeText, @Nullable String token) {
        int size = size(sizeText);
        Position after = token == null ? new Position(Long.MIN_VALUE, "") : Position.ofToken(token);
        List<T> rest = all.stream()
                .filter(item -> position.apply(item).compareTo(after) > 0)
                .sorted(Comparator.comparing(position))
                .toList();
        return rest.size() <= size
                ? new Page<>(rest, null)
                : new Page<>(
                        rest.subList(0, size),
                        position.apply(rest.get(size - 1)).toToken());
    }

    /** @throws ApiError for what is no size of a page */
    static int size(@Nullable String text) {
        if (text == null) {
            return DEFAULT_SIZE;
        }
        try {
            int size = Integer.parseInt(text);
            if (size >= 1 && size <= MAX_SIZE) {
                return size;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw ApiError.ofArgument(Query.PAGE_SIZE.name(), "must be a number from 1 to " + MAX_SIZE);
    }
}
