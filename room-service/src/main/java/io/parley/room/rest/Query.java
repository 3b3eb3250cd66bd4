// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import java.util.List;

/**
 * A parameter of a URL's query.
 *
 * @param about what it does
 * @param isList whether it may be there more than once
 */
record Query(String name, String about, JsonObject schema, boolean isList) {
    private static final JsonObject TEXT = Schemas.scalar(String.class);

    static final Query NAME = new Query(
            "name",
            "Only rooms of this name; may be repeated.",
            new JsonObject().with("type", "array").with("items", TEXT),
            true);
    static final Query PAGE_SIZE = new Query(
            "pageSize",
            "How many at most.",
            Schemas.scalar(Integer.class)
                    .with("minimum", 1)
                    .with("maximum", Page.MAX_SIZE)
                    .with("default", Page.DEFAULT_SIZE),
            false);
    static final Query PAGE_TOKEN = new Query("pageToken", "The nextPageToken of the page before.", TEXT, false);
    static final Query DELIVERY_STATE = new Query(
            "state",
            "Those in this state; pending if absent.",
            new JsonObject().with("type", "string").with("enum", List.of("pending", "delivered", "dead")),
            false);
}
