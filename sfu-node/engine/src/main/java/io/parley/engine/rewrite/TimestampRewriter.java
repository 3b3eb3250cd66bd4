// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.rewrite;

/**
 * Maps the timestamps of whatever layer is forwarded to one outgoing clock that never runs backwards over a switch. All
 * values are extended and in units of the media clock.
 */
public final class TimestampRewriter {
    private final int clockRate;
    private long offset;
    private long lastOut;
    private long lastOutNs;
    private boolean isStarted;

    /** @param firstOut the first outgoing timestamp, 32 bits */
    public TimestampRewriter(int clockRate, long firstOut) {
        this.clockRate = clockRate;
        this.lastOut = firstOut;
    }

    /** Goes on from another clock, as far ahead as time has passed since the last packet. */
    public void switchTo(long nowNs, long extTs) {
        long elapsed = isStarted ? Math.max(1, (long) ((nowNs - lastOutNs) * (clockRate / 1e9))) : 0;
        offset = lastOut + elapsed - extTs;
    }

    /**
     * Goes on from a clock whose relation to the present one is known.
     *
     * @param extTsInOldClock what the new clock's {@code extTs} is in the clock forwarded so far
     */
    public void switchTo(long nowNs, long extTs, long extTsInOldClock) {
        long aligned = extTsInOldClock + offset;
        long expected = lastOut + (long) ((nowNs - lastOutNs) * (clockRate / 1e9));
        // A report can be far off after a sender's clock was set; then elapsed time is the better guess. Layers show
        // the
        // same moment one after the other: what lies a little behind is moved on by as little as can be.
        boolean isNear = aligned > lastOut - clockRate / 10 && Math.abs(aligned - expected) < clockRate;
        if (isNear) {
            offset = Math.max(aligned, lastOut + 1) - extTs;
        } else {
            switchTo(nowNs, extTs);
        }
    }

    public long rewrite(long nowNs, long extTs) {
        long out = extTs + offset;
        if (!isStarted || out > lastOut) {
            lastOut = out;
            lastOutNs = nowNs;
            isStarted = true;
        }
        return out;
    }

    /** The outgoing value of a timestamp of the clock in use. */
    public long map(long extTs) {
        return extTs + offset;
    }

    /** The highest that went out, or what the first one will be. */
    public long last() {
        return lastOut;
    }

    public boolean isStarted() {
        return isStarted;
    }
}
