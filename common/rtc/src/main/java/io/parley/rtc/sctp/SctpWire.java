// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.sctp;

import io.parley.rtc.buf.Bytes;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The common header (RFC 9260 s.3.1) and the numbers of chunks, parameters and causes.
 *
 * <pre>
 * | source port (16) | destination port (16) | verification tag (32) | checksum (32) | chunk ...
 * | type (8) | flags (8) | length (16), with this header | value | zeros to a multiple of 4
 * </pre>
 */
final class SctpWire {
    static final int HEADER_BYTES = 12;
    static final int CHUNK_HEADER_BYTES = 4;
    static final int DATA_HEADER_BYTES = 16;
    static final int SACK_HEADER_BYTES = 16;

    static final int DATA = 0;
    static final int INIT = 1;
    static final int INIT_ACK = 2;
    static final int SACK = 3;
    static final int HEARTBEAT = 4;
    static final int HEARTBEAT_ACK = 5;
    static final int ABORT = 6;
    static final int SHUTDOWN = 7;
    static final int SHUTDOWN_ACK = 8;
    static final int ERROR = 9;
    static final int COOKIE_ECHO = 10;
    static final int COOKIE_ACK = 11;
    static final int SHUTDOWN_COMPLETE = 14;
    static final int RE_CONFIG = 130;
    static final int FORWARD_TSN = 192;

    /** Flags of DATA. */
    static final int END = 1;

    static final int BEGIN = 2;
    static final int UNORDERED = 4;
    static final int IMMEDIATE = 8;

    /** Flag of ABORT and SHUTDOWN_COMPLETE: the tag is the sender's own, reflected. */
    static final int TAG_REFLECTED = 1;

    /** Parameters of INIT and INIT_ACK. */
    static final int STATE_COOKIE = 7;

    static final int SUPPORTED_EXTENSIONS = 0x8008;
    static final int FORWARD_TSN_SUPPORTED = 0xC000;

    /** Causes of ERROR and ABORT. */
    static final int CAUSE_UNRECOGNIZED_CHUNK = 6;

    static final int CAUSE_NO_USER_DATA = 9;
    static final int CAUSE_USER_ABORT = 12;
    static final int CAUSE_PROTOCOL_VIOLATION = 13;

    private SctpWire() {}

    static int padded(int length) {
        return length + 3 & ~3;
    }

    /** Fills a chunk up to a multiple of 4 with zeros. @return where it ends */
    static int pad(byte[] buf, int off, int length) {
        int end = off + padded(length);
        Arrays.fill(buf, off + length, end, (byte) 0);
        return end;
    }

    /** Whether a packet has a whole header and the right checksum. */
    static boolean isIntact(byte[] buf, int off, int len) {
        return len >= HEADER_BYTES && Bytes.i32(buf, off + 8) == checksum(buf, off, len);
    }

    static void writeHeader(byte[] buf, int off, int port, int tag) {
        Bytes.putU16(buf, off, port);
        Bytes.putU16(buf, off + 2, port);
        Bytes.putI32(buf, off + 4, tag);
    }

    static void writeChunkHeader(byte[] buf, int off, int type, int flags, int length) {
        Bytes.putU8(buf, off, type);
        Bytes.putU8(buf, off + 1, flags);
        Bytes.putU16(buf, off + 2, length);
    }

    static void writeChecksum(byte[] buf, int off, int len) {
        Bytes.putI32(buf, off + 8, checksum(buf, off, len));
    }

    /** CRC32c over the packet with zeros for the checksum, as it stands on the wire (RFC 9260 appendix A). */
    static int checksum(byte[] buf, int off, int len) {
        CRC32C crc = new CRC32C();
        crc.update(buf, off, 8);
        for (int i = 0; i < 4; i++) {
            crc.update(0);
        }
        crc.update(buf, off + HEADER_BYTES, len - HEADER_BYTES);
        return Integer.reverseBytes((int) crc.getValue());
    }

    /** Finds the number nearest to {@code near} whose low 32 bits are those of {@code tsn} (RFC 1982). */
    static long extend(int tsn, long near) {
        return near + (tsn - (int) near);
    }
}
