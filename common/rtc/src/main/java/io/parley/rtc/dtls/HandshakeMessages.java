// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.dtls;

import io.parley.rtc.buf.Bytes;

/**
 * What fragments of handshake messages one handshake takes (RFC 6347 s.4.2.2). BouncyCastle sets memory aside for the
 * whole message that one announces, up to 16 MB for each of 16 messages ahead: a datagram of 400 bytes could take 256 MB.
 * And each goes past all gaps that those before it left.
 *
 * <pre>
 * | msg_type (8) | length (24) | message_seq (16) | fragment_offset (24) | fragment_length (24) | ...
 * </pre>
 */
final class HandshakeMessages {
    /** A self-signed certificate takes one kB, one with its chain and a large key four. */
    static final int MAX_BYTES = 8192;

    /** Fragments that are not a whole message: a certificate of 4 kB in the smallest packets has 20, and comes nine times. */
    static final int MAX_PARTS = 256;

    static final int HEADER_BYTES = 12;

    private int parts;

    /** Whether no message that a datagram carries in the clear is too large, or in too many parts. */
    boolean areModest(byte[] datagram) {
        for (int off = 0;
                DtlsRecord.isWhole(datagram, off, datagram.length);
                off += DtlsRecord.HEADER_BYTES + DtlsRecord.length(datagram, off)) {
            boolean isClear =
                    DtlsRecord.type(datagram, off) == DtlsRecord.HANDSHAKE && DtlsRecord.epoch(datagram, off) == 0;
            if (isClear && !areModest(datagram, off + DtlsRecord.HEADER_BYTES, DtlsRecord.length(datagram, off))) {
                return false;
            }
        }
        return true;
    }

    /** Of the plaintext of one record. */
    boolean areModest(byte[] buf, int off, int len) {
        int end = off + len;
        int at = off;
        while (at + HEADER_BYTES <= end) {
            int length = Bytes.u24(buf, at + 1);
            int fragment = Bytes.u24(buf, at + 9);
            if (length > MAX_BYTES || (fragment < length && ++parts > MAX_PARTS)) {
                return false;
            }
            at += HEADER_BYTES + fragment;
        }
        return true;
    }
}
