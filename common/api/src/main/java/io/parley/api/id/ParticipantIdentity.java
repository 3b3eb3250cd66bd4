// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.id;

/** A participant as the application calls it; one connection in a room at a time. */
public record ParticipantIdentity(String value) {
    @Override
    public String toString() {
        return value;
    }
}
