// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.rtp;

import io.parley.rtc.buf.Bytes;

/**
 * A view of a received RTP packet's header; {@link #wrap} checks the structure, so accessors stay inside the datagram.
 * Reused for packet after packet by one thread.
 *
 * <pre>
 *  0                   1                   2                   3
 * |V=2|P|X|  CC   |M|     PT      |       sequence number         |
 * |                           timestamp                           |
 * |                             SSRC                              |
 * |                        CSRC (0..15) ...                       |
 * |  0xBEDE or 0x100x (RFC 8285)  |      length in 32-bit words   |
 * </pre>
 */
public final class RtpHeader {
    public static final int FIXED_BYTES = 12;

    private static final int ONE_BYTE_PROFILE = 0xBEDE;
    private static final int TWO_BYTE_PROFILE = 0x1000;
    private static final int ABSENT = -1;

    private byte[] buf = new byte[0];
    private int off;
    private int headerLength;
    private int extensionOff;
    private int extensionEnd;
    private boolean twoByte;
    private int foundLength;

    /** Points this view at a datagram. @return false if it is no RTP packet */
    public boolean wrap(byte[] buf, int off, int len) {
        if (len < FIXED_BYTES || (buf[off] & 0xC0) != 0x80) {
            return false;
        }
        int header = FIXED_BYTES + 4 * (buf[off] & 0x0F);
        extensionOff = extensionEnd = 0;
        if ((buf[off] & 0x10) != 0) {
            if (len < header + 4) {
                return false;
            }
            int profile = Bytes.u16(buf, off + header);
            int bytes = 4 * Bytes.u16(buf, off + header + 2);
            if (profile == ONE_BYTE_PROFILE || (profile & 0xFFF0) == TWO_BYTE_PROFILE) {
                twoByte = profile != ONE_BYTE_PROFILE;
                extensionOff = off + header + 4;
                extensionEnd = extensionOff + bytes;
            }
            header += 4 + bytes;
        }
        if (len < header) {
            return false;
        }
        this.buf = buf;
        this.off = off;
        headerLength = header;
        return true;
    }

    /** Fixed header, CSRCs and extension: what SRTP leaves unencrypted. */
    public int headerLength() {
        return headerLength;
    }

    public boolean hasMarker() {
        return (buf[off + 1] & 0x80) != 0;
    }

    public int payloadType() {
        return buf[off + 1] & 0x7F;
    }

    public int seq() {
        return Bytes.u16(buf, off + 2);
    }

    public int timestamp() {
        return Bytes.i32(buf, off + 4);
    }

    public int ssrc() {
        return Bytes.i32(buf, off + 8);
    }

    /**
     * Length of the trailing padding of the decrypted packet (RFC 3550 s.5.1).
     *
     * @param len decrypted packet length
     * @return 0 without padding, -1 if the padding count is impossible
     */
    public int paddingLength(int len) {
        if ((buf[off] & 0x20) == 0) {
            return 0;
        }
        if (len <= headerLength) {
            return -1;
        }
        int padding = buf[off + len - 1] & 0xFF;
        return padding == 0 || padding > len - headerLength ? -1 : padding;
    }

    /**
     * Finds a header extension element (RFC 8285); {@link #extensionLength} tells its length.
     *
     * @param id local identifier, 1..255
     * @return its offset in the buffer, or -1
     */
    public int findExtension(int id) {
        int at = extensionOff;
        while (at < extensionEnd) {
            int first = buf[at] & 0xFF;
            if (first == 0) {
                at++;
                continue;
            }
            int elementId;
            int length;
            int data;
            if (twoByte) {
                if (at + 2 > extensionEnd) {
                    return ABSENT;
                }
                elementId = first;
                length = buf[at + 1] & 0xFF;
                data = at + 2;
            } else {
                elementId = first >>> 4;
                length = (first & 0x0F) + 1;
                data = at + 1;
                if (elementId == 15) {
                    return ABSENT; // s.4.2: stop processing
                }
            }
            if (data + length > extensionEnd) {
                return ABSENT;
            }
            if (elementId == id) {
                foundLength = length;
                return data;
            }
            at = data + length;
        }
        return ABSENT;
    }

    /** Length of the element that {@link #findExtension} found last, 0..255. */
    public int extensionLength() {
        return foundLength;
    }
}
