// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.dtls;

import io.parley.rtc.buf.Bytes;

/**
 * The DTLS 1.2 record header (RFC 6347 s.4.1).
 *
 * <pre>
 * | type (8) | version (16) | epoch (16) | sequence_number (48) | length (16) | fragment ...
 * </pre>
 */
final class DtlsRecord {
    static final int HEADER_BYTES = 13;
    static final int VERSION_1_2 = 0xFEFD;

    static final int CHANGE_CIPHER_SPEC = 20;
    static final int ALERT = 21;
    static final int HANDSHAKE = 22;
    static final int APPLICATION_DATA = 23;

    private DtlsRecord() {}

    /** Whether a whole record lies at {@code off}. */
    static boolean isWhole(byte[] buf, int off, int end) {
        return off + HEADER_BYTES <= end && off + HEADER_BYTES + length(buf, off) <= end;
    }

    static int type(byte[] buf, int off) {
        return Bytes.u8(buf, off);
    }

    static int epoch(byte[] buf, int off) {
        return Bytes.u16(buf, off + 3);
    }

    static long sequence(byte[] buf, int off) {
        return Bytes.u48(buf, off + 5);
    }

    static int length(byte[] buf, int off) {
        return Bytes.u16(buf, off + 11);
    }

    /** One more than the highest record number of an epoch in a datagram; 0 if it has none. */
    static long nextSequence(byte[] datagram, int epoch) {
        long next = 0;
        for (int off = 0; isWhole(datagram, off, datagram.length); off += HEADER_BYTES + length(datagram, off)) {
            if (epoch(datagram, off) == epoch) {
                next = Math.max(next, sequence(datagram, off) + 1);
            }
        }
        return next;
    }
}
