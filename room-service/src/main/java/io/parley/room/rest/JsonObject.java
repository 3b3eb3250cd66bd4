// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import java.util.LinkedHashMap;

/** A JSON object whose members stay in the order in which they were added, as a document for people wants it. */
final class JsonObject extends LinkedHashMap<String, Object> {
    private static final long serialVersionUID = 1;

    JsonObject with(String name, Object value) {
        put(name, value);
        return this;
    }
}
