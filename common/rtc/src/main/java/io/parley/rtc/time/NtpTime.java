// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.time;

/** The 64-bit NTP timestamp of RTCP (RFC 3550 s.4): seconds since 1900 in the high half, 2^-32 s in the low half. */
public final class NtpTime {
    private static final long UNIX_EPOCH_SECONDS = 2_208_988_800L;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private NtpTime() {}

    /** @param unixNs wall-clock nanoseconds since 1970 */
    public static long ofUnixNanos(long unixNs) {
        long seconds = Math.floorDiv(unixNs, NANOS_PER_SECOND) + UNIX_EPOCH_SECONDS;
        long fraction = (Math.floorMod(unixNs, NANOS_PER_SECOND) << 32) / NANOS_PER_SECOND;
        return seconds << 32 | fraction;
    }

    public static long toUnixNanos(long ntp) {
        long nanos = ((ntp & 0xFFFF_FFFFL) * NANOS_PER_SECOND) >>> 32;
        return ((ntp >>> 32) - UNIX_EPOCH_SECONDS) * NANOS_PER_SECOND + nanos;
    }

    /** The middle 32 bits, as LSR and DLSR use them: 16.16 seconds. */
    public static int compact(long ntp) {
        return (int) (ntp >>> 16);
    }

    /** @param compact a span in 16.16 seconds */
    public static long compactToNanos(int compact) {
        return ((compact & 0xFFFF_FFFFL) * NANOS_PER_SECOND) >>> 16;
    }

    public static int nanosToCompact(long nanos) {
        return (int) ((nanos << 16) / NANOS_PER_SECOND);
    }
}
