// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.id;

/** A room as its users call it. */
public record RoomName(String value) {
    @Override
    public String toString() {
        return value;
    }
}
