// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.rtp.codec;

import io.parley.rtc.buf.Bytes;

/**
 * The VP8 payload descriptor (RFC 7741 s.4.2), read in place; reused for packet after packet.
 *
 * <pre>
 *  |X|R|N|S|R| PID | required
 *  |I|L|T|K|  RSV  | X
 *  |M| PictureID   | I (M: 15 bits)
 *  |  TL0PICIDX    | L
 *  |TID|Y| KEYIDX  | T or K
 * </pre>
 */
public final class Vp8Descriptor {
    private int length;
    private int pictureIdOff;
    private int pictureIdBits;
    private int pictureId;
    private int tl0PicIdxOff;
    private int tl0PicIdx;
    private int temporalId;
    private boolean isStartOfFrame;
    private boolean isKeyFrame;

    /** @return false if the payload ends inside its descriptor */
    public boolean wrap(byte[] buf, int off, int len) {
        pictureIdOff = tl0PicIdxOff = -1;
        pictureIdBits = pictureId = tl0PicIdx = temporalId = 0;
        isKeyFrame = isStartOfFrame = false;
        if (len < 1) {
            return false;
        }
        int end = off + len;
        int at = off + 1;
        boolean startsPartition = (buf[off] & 0x17) == 0x10; // S set and partition index 0
        if ((buf[off] & 0x80) != 0) {
            if (at >= end) {
                return false;
            }
            int flags = buf[at++];
            if ((flags & 0x80) != 0) {
                if (at >= end) {
                    return false;
                }
                boolean isLong = (buf[at] & 0x80) != 0;
                if (isLong && at + 1 >= end) {
                    return false;
                }
                pictureIdOff = at;
                pictureIdBits = isLong ? 15 : 7;
                pictureId = isLong ? Bytes.u16(buf, at) & 0x7FFF : buf[at] & 0x7F;
                at += isLong ? 2 : 1;
            }
            if ((flags & 0x40) != 0) {
                if (at >= end) {
                    return false;
                }
                tl0PicIdxOff = at;
                tl0PicIdx = buf[at++] & 0xFF;
            }
            if ((flags & 0x30) != 0) {
                if (at >= end) {
                    return false;
                }
                temporalId = (flags & 0x20) != 0 ? buf[at] >>> 6 & 3 : 0;
                at++;
            }
        }
        length = at - off;
        isStartOfFrame = startsPartition;
        // RFC 7741 s.4.3: the P bit of the payload header is 0 in a key frame.
        isKeyFrame = startsPartition && at < end && (buf[at] & 1) == 0;
        return true;
    }

    /** Descriptor length in bytes, 1..6. */
    public int length() {
        return length;
    }

    /** Offset of the picture id in the buffer, or -1. */
    public int pictureIdOff() {
        return pictureIdOff;
    }

    /** 7, 15, or 0 without a picture id. */
    public int pictureIdBits() {
        return pictureIdBits;
    }

    public int pictureId() {
        return pictureId;
    }

    /** Offset of TL0PICIDX in the buffer, or -1. */
    public int tl0PicIdxOff() {
        return tl0PicIdxOff;
    }

    public int tl0PicIdx() {
        return tl0PicIdx;
    }

    /** 0..3. */
    public int temporalId() {
        return temporalId;
    }

    public boolean isStartOfFrame() {
        return isStartOfFrame;
    }

    public boolean isKeyFrame() {
        return isKeyFrame;
    }
}
