// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.room;

import livekit.LivekitRoom.CreateRoomRequest;

/**
 * How subscribers play what a room's participants publish.
 *
 * @param minDelayMs 0..40,950, as is the next; 0 for none
 * @param maxDelayMs 0 for none, or with a least delay for the browser's own
 * @param syncStreams a participant's tracks of one stream are played in step
 */
public record Playout(int minDelayMs, int maxDelayMs, boolean syncStreams) {
    public static final Playout NONE = new Playout(0, 0, false);

    /** All that the extension can say. */
    private static final int MAX_DELAY_MS = 40_950;

    /** Chrome's, where nothing is said. */
    private static final int DEFAULT_MAX_DELAY_MS = 10_000;

    public Playout {
        minDelayMs = Math.clamp(minDelayMs, 0, MAX_DELAY_MS);
        maxDelayMs = Math.clamp(maxDelayMs, 0, MAX_DELAY_MS);
    }

    public boolean isDelayed() {
        return minDelayMs > 0 || maxDelayMs > 0;
    }

    /** What a subscriber is told, which is no less than the least. */
    public int mostDelayMs() {
        return Math.max(minDelayMs, maxDelayMs > 0 ? maxDelayMs : DEFAULT_MAX_DELAY_MS);
    }

    /** With what a request sets. */
    public Playout with(CreateRoomRequest request) {
        int min = ofUnsigned(request.getMinPlayoutDelay());
        int max = ofUnsigned(request.getMaxPlayoutDelay());
        return new Playout(
                min > 0 ? min : minDelayMs, max > 0 ? max : maxDelayMs, syncStreams || request.getSyncStreams());
    }

    private static int ofUnsigned(int value) {
        return value < 0 ? MAX_DELAY_MS : value;
    }
}
