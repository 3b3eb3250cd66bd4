// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.rtp.codec;

/** The table-of-contents byte of an Opus payload (RFC 6716 s.3.1, RFC 7587). */
public final class OpusPayload {
    /** RFC 6716 s.3.1, table 2: frame length by configuration number, in units of 2.5 ms. */
    private static final int[] FRAME_UNITS = {
        4, 8, 16, 24, 4, 8, 16, 24, 4, 8, 16, 24, 4, 8, 4, 8, 1, 2, 4, 8, 1, 2, 4, 8, 1, 2, 4, 8, 1, 2, 4, 8
    };

    private static final int TICKS_PER_UNIT = 120;

    private OpusPayload() {}

    /** Duration in ticks of 48 kHz, or 0 if the payload is empty or impossible (RFC 6716 s.3.4: 120 ms at most). */
    public static int durationTicks(byte[] buf, int off, int len) {
        if (len < 1) {
            return 0;
        }
        int frames = switch (buf[off] & 3) {
            case 0 -> 1;
            case 1, 2 -> 2;
            default -> len < 2 ? 0 : buf[off + 1] & 0x3F;
        };
        int ticks = frames * FRAME_UNITS[buf[off] >>> 3 & 0x1F] * TICKS_PER_UNIT;
        return ticks > 5760 ? 0 : ticks;
    }
}
