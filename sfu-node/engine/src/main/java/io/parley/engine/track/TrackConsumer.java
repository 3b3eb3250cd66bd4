// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.track;

/** Who gets each packet of a track: a subscriber, or a relay. */
public interface TrackConsumer {
    void onPacket(long nowNs, MediaPacket packet);

    /** It threw: its owner ends it, and nobody else. */
    void onBug(Throwable bug);

    /** Called a moment after the consumer came, and again as long as it returns true. */
    default boolean onSilence(long nowNs) {
        return false;
    }
}
