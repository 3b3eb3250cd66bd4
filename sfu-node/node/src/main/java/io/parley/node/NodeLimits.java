// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import io.parley.edge.LimitProperties;
import io.parley.engine.seat.SeatLimits;
import org.jspecify.annotations.Nullable;

/**
 * How much a node takes, and each of its seats; 0 for no limit.
 *
 * @param participants beyond which it gets no new rooms
 * @param tracks published and sent ones, beyond which it takes no joins either
 * @param bytesPerSec received and sent ones, beyond which it takes no joins either
 */
public record NodeLimits(int participants, int tracks, long bytesPerSec, SeatLimits seat) {
    public static final NodeLimits NONE = new NodeLimits(0, 0, 0, SeatLimits.DEFAULTS);

    /** What a node has so much of that it takes no more joins, with the limit; or null. */
    @Nullable
    String excess(long tracksNow, long bytesPerSecNow) {
        if (tracks > 0 && tracksNow >= tracks) {
            return "tracks than " + tracks + " (parley.limit.num-tracks)";
        }
        return bytesPerSec > 0 && bytesPerSecNow >= bytesPerSec
                ? "traffic than " + bytesPerSec + " bytes a second (parley.limit.bytes-per-sec)"
                : null;
    }

    public static NodeLimits of(LimitProperties limits, int maxParticipants) {
        SeatLimits seat =
                new SeatLimits(limits.participants(), limits.subscriptionLimitVideo(), limits.subscriptionLimitAudio());
        return new NodeLimits(maxParticipants, limits.numTracks(), limits.bytesPerSec(), seat);
    }
}
