// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.track;

import io.parley.rtc.time.DeadlineQueue;

/**
 * What the tracks of one shard have in common.
 *
 * @param deadlines of tracks; whose time has come gets {@link UpTrack#onDeadline}
 */
public record TrackHost(DeadlineQueue<UpTrack> deadlines, ForwardDrops drops) {
    public TrackHost() {
        this(new DeadlineQueue<>(), new ForwardDrops());
    }
}
