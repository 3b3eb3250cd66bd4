// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.rtcp;

import io.parley.rtc.buf.Bytes;

/**
 * Walks a compound packet: {@link #wrap}, then {@link #next} until false. Each packet is checked for its type's fixed
 * part before it is shown, so that the accessors below stay inside it.
 */
public final class RtcpReader {
    public static final int SENDER_REPORT = 200;
    public static final int RECEIVER_REPORT = 201;
    public static final int SOURCE_DESCRIPTION = 202;
    public static final int TRANSPORT_FEEDBACK = 205;
    public static final int PAYLOAD_FEEDBACK = 206;

    public static final int EXTENDED_REPORT = 207;

    /** Block types of EXTENDED_REPORT (RFC 3611 s.4). */
    public static final int BLOCK_REFERENCE_TIME = 4;

    public static final int BLOCK_DELAY_SINCE_REFERENCE = 5;

    /** Formats of TRANSPORT_FEEDBACK. */
    public static final int FMT_NACK = 1;

    public static final int FMT_TRANSPORT_CC = 15;

    /** Formats of PAYLOAD_FEEDBACK. */
    public static final int FMT_PLI = 1;

    public static final int FMT_FIR = 4;

    static final int REPORT_BLOCK_BYTES = 24;
    private static final int SENDER_INFO_BYTES = 20;

    private byte[] buf = new byte[0];
    private int end;
    private int next;
    private int at;
    private int packetEnd;

    /** The present block of an extended report, and where the next one begins. */
    private int blockAt;

    private int nextBlock;

    /** @return false if the datagram does not begin with an RTCP packet (RFC 5761 s.4 payload types) */
    public boolean wrap(byte[] buf, int off, int len) {
        this.buf = buf;
        end = off + len;
        next = off;
        return len >= 8 && (buf[off] & 0xC0) == 0x80 && isRtcpType(buf[off + 1] & 0xFF);
    }

    /** Whether a second byte marks RTCP among multiplexed RTP (RFC 5761 s.4). */
    public static boolean isRtcpType(int type) {
        return type >= 192 && type <= 223;
    }

    /** Moves to the next sound packet; unsound ones end the walk, since what follows them can't be trusted. */
    public boolean next() {
        while (next + 8 <= end && (buf[next] & 0xC0) == 0x80) {
            int length = 4 * (Bytes.u16(buf, next + 2) + 1);
            if (next + length > end) {
                return false;
            }
            at = next;
            next += length;
            packetEnd = next;
            if ((buf[at] & 0x20) != 0) {
                int padding = buf[packetEnd - 1] & 0xFF;
                if (padding > length - 4) {
                    return false;
                }
                packetEnd -= padding;
            }
            if (isComplete()) {
                nextBlock = at + 8;
                return true;
            }
        }
        return false;
    }

    private boolean isComplete() {
        int length = packetEnd - at;
        return switch (type()) {
            case SENDER_REPORT -> length >= 8 + SENDER_INFO_BYTES + count() * REPORT_BLOCK_BYTES;
            case RECEIVER_REPORT -> length >= 8 + count() * REPORT_BLOCK_BYTES;
            case TRANSPORT_FEEDBACK -> length >= (count() == FMT_TRANSPORT_CC ? 20 : 12);
            case PAYLOAD_FEEDBACK -> length >= 12;
            default -> length >= 8;
        };
    }

    public int type() {
        return buf[at + 1] & 0xFF;
    }

    /** Report count, source count or feedback message type, by packet type. */
    public int count() {
        return buf[at] & 0x1F;
    }

    public int senderSsrc() {
        return Bytes.i32(buf, at + 4);
    }

    /** Of feedback packets. */
    public int mediaSsrc() {
        return Bytes.i32(buf, at + 8);
    }

    // SENDER_REPORT

    public long ntpTime() {
        return Bytes.i64(buf, at + 8);
    }

    public int rtpTime() {
        return Bytes.i32(buf, at + 16);
    }

    public long packetCount() {
        return Bytes.u32(buf, at + 20);
    }

    public long octetCount() {
        return Bytes.u32(buf, at + 24);
    }

    // Report blocks of SENDER_REPORT and RECEIVER_REPORT, index 0..count()-1

    private int block(int index) {
        return at + 8 + (type() == SENDER_REPORT ? SENDER_INFO_BYTES : 0) + index * REPORT_BLOCK_BYTES;
    }

    public int reportSsrc(int index) {
        return Bytes.i32(buf, block(index));
    }

    /** 0..255 of 256. */
    public int fractionLost(int index) {
        return Bytes.u8(buf, block(index) + 4);
    }

    /** Signed 24 bits. */
    public int cumulativeLost(int index) {
        return Bytes.u24(buf, block(index) + 5) << 8 >> 8;
    }

    public int extendedHighestSeq(int index) {
        return Bytes.i32(buf, block(index) + 8);
    }

    /** In units of the media clock. */
    public long jitter(int index) {
        return Bytes.u32(buf, block(index) + 12);
    }

    public int lastSenderReport(int index) {
        return Bytes.i32(buf, block(index) + 16);
    }

    public int delaySinceLastSenderReport(int index) {
        return Bytes.i32(buf, block(index) + 20);
    }

    // Generic NACK (RFC 4585 s.6.2.1): pairs of packet id and bit mask of the 16 following lost packets

    public int nackCount() {
        return (packetEnd - at - 12) / 4;
    }

    public int nackPacketId(int index) {
        return Bytes.u16(buf, at + 12 + 4 * index);
    }

    public int nackBitmask(int index) {
        return Bytes.u16(buf, at + 14 + 4 * index);
    }

    // FIR (RFC 5104 s.4.3.1): entries of SSRC and command sequence number, which we need not know

    public int firCount() {
        return (packetEnd - at - 12) / 8;
    }

    public int firSsrc(int index) {
        return Bytes.i32(buf, at + 12 + 8 * index);
    }

    // EXTENDED_REPORT: blocks of type (8), type-specific (8), length in words after this one (16)

    /** Moves to the next block that is whole and, where we know its type, long enough. */
    public boolean nextBlock() {
        while (nextBlock + 4 <= packetEnd) {
            int length = 4 * (Bytes.u16(buf, nextBlock + 2) + 1);
            if (nextBlock + length > packetEnd) {
                return false;
            }
            blockAt = nextBlock;
            nextBlock += length;
            if (blockType() != BLOCK_REFERENCE_TIME || length >= 12) {
                return true;
            }
        }
        return false;
    }

    public int blockType() {
        return Bytes.u8(buf, blockAt);
    }

    /** NTP time of BLOCK_REFERENCE_TIME. */
    public long referenceTime() {
        return Bytes.i64(buf, blockAt + 4);
    }

    /** Sub-blocks of BLOCK_DELAY_SINCE_REFERENCE. */
    public int delayCount() {
        return (nextBlock - blockAt - 4) / 12;
    }

    public int delaySsrc(int index) {
        return Bytes.i32(buf, blockAt + 4 + 12 * index);
    }

    /** The middle 32 bits of the time that was answered; 0 if there was none. */
    public int lastReference(int index) {
        return Bytes.i32(buf, blockAt + 8 + 12 * index);
    }

    /** In 16.16 seconds. */
    public int delaySinceReference(int index) {
        return Bytes.i32(buf, blockAt + 12 + 12 * index);
    }

    // Transport-wide feedback

    /** Points a view at this packet's transport-wide feedback. @return false if its chunks or deltas are cut short */
    public boolean readTransportFeedback(TransportFeedback target) {
        return target.wrap(buf, at, packetEnd);
    }
}
