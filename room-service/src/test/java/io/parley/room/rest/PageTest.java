// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.api.error.ApiError;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PageTest {
    private record Thing(long madeAtMs, String name) {
        Page.Position position() {
            return new Page.Position(madeAtMs, name);
        }
    }

    @Test
    void whatStaysIsOnOnePageWhateverComesAndGoes() {
        List<Thing> things = new ArrayList<>(List.of(
                new Thing(2, "d"), new Thing(1, "b"), new Thing(1, "a"), new Thing(1, "c:é"), new Thing(3, "e")));
        Page<Thing> first = page(things, "3", null);
        assertThat(names(first)).containsExactly("a", "b", "c:é");
        things.removeIf(thing -> thing.name().startsWith("c")); // where the next page begins
        things.add(new Thing(1, "aa"));
        things.add(new Thing(9, "f"));
        Page<Thing> second = page(things, "3", first.nextToken());
        assertThat(names(second)).containsExactly("d", "e", "f");
        assertThat(second.nextToken()).isNull();
    }

    @Test
    void withoutASizeThereAreAHundred() {
        List<Thing> things = new ArrayList<>();
        for (int i = 0; i < 101; i++) {
            things.add(new Thing(i, "t"));
        }
        Page<Thing> page = page(things, null, null);
        assertThat(page.items()).hasSize(100);
        assertThat(page(things, null, page.nextToken()).items()).hasSize(1);
    }

    /** By anyone with a token: both are text of the URL. */
    @Test
    void sizesAndTokensThatAreNoneAreRefused() {
        for (String size : List.of("", "0", "-1", "1001", "9999999999", "ten")) {
            assertThatThrownBy(() -> page(List.of(), size, null)).isInstanceOf(ApiError.class);
        }
        for (String token : List.of("", "?", "YQ", "OmE", "1:a", "OTk5OTk5OTk5OTk5OTk5OTk5OTk6YQ")) {
            assertThatThrownBy(() -> page(List.of(), null, token)).isInstanceOf(ApiError.class);
        }
    }

    private static Page<Thing> page(List<Thing> things, @Nullable String size, @Nullable String token) {
        return Page.of(things, Thing::position, size, token);
    }

    private static List<String> names(Page<Thing> page) {
        return page.items().stream().map(Thing::name).toList();
    }
}
