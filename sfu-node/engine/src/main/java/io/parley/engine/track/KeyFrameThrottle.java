// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.track;

import io.parley.rtc.time.Deadline;

/**
 * When to ask the publisher for a key frame of one layer, whoever wants it: the first time at once, then no more often
 * than once in {@link #INTERVAL_NS}, key frame or not. A request that comes too soon is held until then, and dropped if
 * a key frame comes first, which serves everybody who waits.
 */
final class KeyFrameThrottle {
    /** LiveKit: pli_throttle.low_quality. */
    static final long INTERVAL_NS = 500_000_000L;

    private boolean hasAsked;
    private long askedAtNs;
    private boolean isHeld;
    private long asked;

    /** Whether to ask now; else the request is held. */
    boolean tryAsk(long nowNs) {
        isHeld = hasAsked && nowNs - askedAtNs < INTERVAL_NS;
        if (isHeld) {
            return false;
        }
        hasAsked = true;
        askedAtNs = nowNs;
        asked++;
        return true;
    }

    long asked() {
        return asked;
    }

    void onKeyFrame() {
        isHeld = false;
    }

    /** When a request that is held may go. */
    long nextDeadlineNs() {
        return isHeld ? askedAtNs + INTERVAL_NS : Deadline.NEVER;
    }
}
