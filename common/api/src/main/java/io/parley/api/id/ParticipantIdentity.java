// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.id;

/** A participant as the application calls it; one connection in a room at a time. */
public record ParticipantIdentity(String value) {
    /** LiveKit's limit (limit.max_room_name_length, limit.max_participant_identity_length). */
    public static final int MAX_LENGTH = 256;

    @Override
    public String toString() {
        return value;
    }
}
