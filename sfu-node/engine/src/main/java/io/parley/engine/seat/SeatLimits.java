// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import io.parley.api.token.ParticipantLimits;

/**
 * How much one participant may say, and be sent.
 *
 * @param videoSubscriptions video tracks that it is sent at a time, 0 for no limit; others wait until one ends
 * @param audioSubscriptions the same for audio
 */
public record SeatLimits(ParticipantLimits participant, int videoSubscriptions, int audioSubscriptions) {
    public static final SeatLimits DEFAULTS = new SeatLimits(ParticipantLimits.DEFAULTS, 0, 0);

    int subscriptions(boolean isVideo) {
        int max = isVideo ? videoSubscriptions : audioSubscriptions;
        return max == 0 ? Integer.MAX_VALUE : max;
    }
}
