// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.track;

/** Who is handed each packet of an {@link UpTrack}: a subscriber's {@link DownTrack}, or a relay to another shard. */
public interface TrackConsumer {
    void onPacket(long nowNs, MediaPacket packet);

    /** It threw: its owner ends it, and nobody else. */
    void onBug(Throwable bug);
}
