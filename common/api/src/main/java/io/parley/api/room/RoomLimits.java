// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.room;

/** How much one request of a client or a server may name: each is looked up on a loop. */
public final class RoomLimits {
    /** Tracks of a room. */
    public static final int MAX_TRACKS = 10_000;

    /** Participants that data is for. */
    public static final int MAX_DESTINATIONS = 4_096;

    private RoomLimits() {}
}
