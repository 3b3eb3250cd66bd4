// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.time;

/** Arithmetic of deadlines on the monotone clock of the loop, in nanoseconds with an arbitrary origin. */
public final class Deadline {
    /** No deadline. Later than every real one. */
    public static final long NEVER = Long.MAX_VALUE;

    private Deadline() {}

    public static boolean isDue(long deadlineNs, long nowNs) {
        return deadlineNs != NEVER && deadlineNs - nowNs <= 0;
    }

    public static long earlier(long aNs, long bNs) {
        return Math.min(aNs, bNs);
    }
}
