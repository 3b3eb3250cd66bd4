// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.shard;

import java.time.Duration;

/**
 * @param emptyTimeoutS seconds for which a room waits for its first participant
 * @param departureTimeoutS seconds for which a room outlives its last participant
 * @param maxParticipants 0 for no limit
 */
public record RoomDefaults(int emptyTimeoutS, int departureTimeoutS, int maxParticipants) {
    public static RoomDefaults of(Duration emptyTimeout, Duration departureTimeout, int maxParticipants) {
        return new RoomDefaults((int) emptyTimeout.toSeconds(), (int) departureTimeout.toSeconds(), maxParticipants);
    }
}
