// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.rtp;

import io.parley.rtc.buf.Bytes;

/**
 * Writes an RTP header in place: {@link #begin}, extension elements, {@link #finishHeader}; the payload follows at the
 * returned length. Elements are one-byte (RFC 8285 s.4.2) unless the writer was begun for two-byte ones.
 */
public final class RtpWriter {
    private byte[] buf = new byte[0];
    private int off;
    private int at;
    private boolean twoByte;
    private boolean hasExtension;

    public RtpWriter begin(byte[] buf, int off, boolean marker, int payloadType, int seq, int timestamp, int ssrc) {
        this.buf = buf;
        this.off = off;
        buf[off] = (byte) 0x80;
        buf[off + 1] = (byte) (payloadType | (marker ? 0x80 : 0));
        Bytes.putU16(buf, off + 2, seq);
        Bytes.putI32(buf, off + 4, timestamp);
        Bytes.putI32(buf, off + 8, ssrc);
        at = off + RtpHeader.FIXED_BYTES;
        hasExtension = false;
        twoByte = false;
        return this;
    }

    /** Uses two-byte elements, for ids above 14 or values above 16 bytes; before the first element. */
    public RtpWriter useTwoByteExtensions() {
        twoByte = true;
        return this;
    }

    /** Adds an element of {@code length} bytes. @return the offset at which the caller writes its value */
    public int extension(int id, int length) {
        if (!hasExtension) {
            hasExtension = true;
            buf[off] |= 0x10;
            Bytes.putU16(buf, at, twoByte ? 0x1000 : 0xBEDE);
            at += 4;
        }
        if (twoByte) {
            buf[at] = (byte) id;
            buf[at + 1] = (byte) length;
            at += 2 + length;
        } else {
            buf[at] = (byte) (id << 4 | length - 1);
            at += 1 + length;
        }
        return at - length;
    }

    /** @return header length in bytes */
    public int finishHeader() {
        if (hasExtension) {
            while ((at - off & 3) != 0) {
                buf[at++] = 0;
            }
            Bytes.putU16(buf, off + RtpHeader.FIXED_BYTES + 2, (at - off - RtpHeader.FIXED_BYTES - 4) / 4);
        }
        return at - off;
    }
}
