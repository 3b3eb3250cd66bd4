// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.rtp.codec;

import io.parley.rtc.buf.Bytes;

/** What an H.264 payload (RFC 6184) begins: enough to know a key frame. */
public final class H264Payload {
    private static final int NAL_IDR = 5;
    private static final int NAL_SPS = 7;
    private static final int STAP_A = 24;
    private static final int FU_A = 28;

    private H264Payload() {}

    /**
     * Whether a decoder may start here: the packet carries an SPS, or begins an IDR slice. Senders of WebRTC put the
     * SPS in front of each IDR picture.
     */
    public static boolean startsKeyFrame(byte[] buf, int off, int len) {
        if (len < 1) {
            return false;
        }
        int type = buf[off] & 0x1F;
        return switch (type) {
            case NAL_IDR, NAL_SPS -> true;
            case STAP_A -> aggregateHasKeyFrame(buf, off + 1, off + len);
            case FU_A -> len >= 2 && (buf[off + 1] & 0x80) != 0 && isKey(buf[off + 1] & 0x1F);
            default -> false;
        };
    }

    private static boolean aggregateHasKeyFrame(byte[] buf, int off, int end) {
        int at = off;
        while (at + 3 <= end) {
            if (isKey(buf[at + 2] & 0x1F)) {
                return true;
            }
            at += 2 + Bytes.u16(buf, at);
        }
        return false;
    }

    private static boolean isKey(int nalType) {
        return nalType == NAL_IDR || nalType == NAL_SPS;
    }
}
