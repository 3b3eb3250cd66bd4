// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.home;

import io.parley.rtc.time.Deadline;

/**
 * One member's right to hold a room's data back while it does not follow: some seconds, which come back slowly. When they
 * are used up it loses packets, and it alone, until it has caught up. Owned by the room's home.
 */
final class DataGate {
    /** What it may use at a stretch. */
    private static final long MAX_NS = 5_000_000_000L;

    /** With less it does not begin: the room would stop and go all the time. */
    private static final long MIN_NS = 1_000_000_000L;

    /** For this long it gets back a nanosecond: the whole in a minute. */
    private static final long REFILL_RATIO = 12;

    private long leftNs = MAX_NS;

    /** Up to when {@link #leftNs} is reckoned. */
    private long asOfNs;

    private boolean isHolding;

    DataGate(long nowNs) {
        this.asOfNs = nowNs;
    }

    void onCongestion(long nowNs, boolean isCongested) {
        settle(nowNs);
        isHolding = isCongested && leftNs >= MIN_NS;
    }

    boolean isHolding(long nowNs) {
        settle(nowNs);
        return isHolding;
    }

    /** When it holds the room no longer even if it stays behind; {@link Deadline#NEVER} while it does not hold it. */
    long endsAtNs() {
        return isHolding ? asOfNs + leftNs : Deadline.NEVER;
    }

    /** Nothing of it is used up. */
    boolean isWhole(long nowNs) {
        settle(nowNs);
        return leftNs == MAX_NS;
    }

    private void settle(long nowNs) {
        long passedNs = nowNs - asOfNs;
        asOfNs = nowNs;
        leftNs = isHolding ? leftNs - passedNs : Math.min(MAX_NS, leftNs + passedNs / REFILL_RATIO);
        if (leftNs <= 0) {
            leftNs = 0;
            isHolding = false;
        }
    }
}
