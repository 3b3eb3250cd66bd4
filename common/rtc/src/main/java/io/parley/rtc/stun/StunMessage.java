// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.stun;

import io.parley.rtc.buf.Bytes;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * A view of one received STUN message (RFC 8489 s.5); {@link #wrap} checks the whole structure first, so accessors
 * never leave the datagram. Reused for message after message by one thread.
 *
 * <pre>
 *  0                   1                   2                   3
 * |0 0|     STUN Message Type     |         Message Length        |
 * |                         Magic Cookie                          |
 * |                     Transaction ID (96 bits)                  |
 * </pre>
 */
public final class StunMessage {
    public static final int HEADER_BYTES = 20;
    public static final int TRANSACTION_ID_BYTES = 12;

    /** Message types: method Binding with its four classes. */
    public static final int BINDING_REQUEST = 0x0001;

    public static final int BINDING_INDICATION = 0x0011;
    public static final int BINDING_SUCCESS = 0x0101;
    public static final int BINDING_ERROR = 0x0111;

    static final int MAGIC_COOKIE = 0x2112A442;
    static final int FINGERPRINT_XOR = 0x5354554E;

    static final int ATTR_USERNAME = 0x0006;
    static final int ATTR_MESSAGE_INTEGRITY = 0x0008;
    static final int ATTR_ERROR_CODE = 0x0009;
    static final int ATTR_UNKNOWN_ATTRIBUTES = 0x000A;
    static final int ATTR_XOR_MAPPED_ADDRESS = 0x0020;
    static final int ATTR_PRIORITY = 0x0024;
    static final int ATTR_USE_CANDIDATE = 0x0025;
    static final int ATTR_FINGERPRINT = 0x8028;
    static final int ATTR_ICE_CONTROLLED = 0x8029;
    static final int ATTR_ICE_CONTROLLING = 0x802A;

    private static final int ABSENT = -1;

    private byte[] buf = new byte[0];
    private int off;
    private int usernameOff;
    private int integrityOff;
    private int errorCodeOff;
    private int mappedOff;
    private int priorityOff;
    private int controlledOff;
    private int controllingOff;
    private int unknownRequired;
    private boolean useCandidate;

    /** Whether the first bytes can be STUN at all (RFC 7983 s.7 and the magic cookie). */
    public static boolean looksLikeStun(byte[] buf, int off, int len) {
        return len >= HEADER_BYTES && (buf[off] & 0xFC) == 0 && Bytes.i32(buf, off + 4) == MAGIC_COOKIE;
    }

    /**
     * Points this view at a datagram.
     *
     * @return false if it is not one well-formed STUN message filling the datagram, with a right fingerprint if any
     */
    public boolean wrap(byte[] buf, int off, int len) {
        if (!looksLikeStun(buf, off, len)) {
            return false;
        }
        int body = Bytes.u16(buf, off + 2);
        if ((body & 3) != 0 || body != len - HEADER_BYTES) {
            return false;
        }
        this.buf = buf;
        this.off = off;
        usernameOff = integrityOff = errorCodeOff = mappedOff = ABSENT;
        priorityOff = controlledOff = controllingOff = ABSENT;
        unknownRequired = 0;
        useCandidate = false;
        int end = off + len;
        for (int at = off + HEADER_BYTES; at < end; ) {
            int type = Bytes.u16(buf, at);
            int length = Bytes.u16(buf, at + 2);
            int next = at + 4 + (length + 3 & ~3);
            if (next > end || !accept(type, length, at, end)) {
                return false;
            }
            at = next;
        }
        return true;
    }

    /** Notes one attribute. RFC 8489 s.14.5: after MESSAGE-INTEGRITY only FINGERPRINT counts; duplicates are ignored. */
    private boolean accept(int type, int length, int at, int end) {
        if (type == ATTR_FINGERPRINT) {
            return length == 4 && at + 8 == end && fingerprintMatches(at);
        }
        if (integrityOff != ABSENT) {
            return true;
        }
        switch (type) {
            case ATTR_USERNAME -> {
                if (length > 513) {
                    return false;
                }
                usernameOff = usernameOff == ABSENT ? at : usernameOff;
            }
            case ATTR_MESSAGE_INTEGRITY -> {
                if (length != StunIntegrity.MAC_BYTES) {
                    return false;
                }
                integrityOff = at;
            }
            case ATTR_ERROR_CODE -> {
                if (length < 4) {
                    return false;
                }
                errorCodeOff = at;
            }
            case ATTR_XOR_MAPPED_ADDRESS -> {
                boolean known =
                        length >= 4 && ((buf[at + 5] == 1 && length == 8) || (buf[at + 5] == 2 && length == 20));
                if (!known) {
                    return false;
                }
                mappedOff = at;
            }
            case ATTR_PRIORITY -> {
                if (length != 4) {
                    return false;
                }
                priorityOff = at;
            }
            case ATTR_USE_CANDIDATE -> useCandidate = true;
            case ATTR_ICE_CONTROLLED -> {
                if (length != 8) {
                    return false;
                }
                controlledOff = at;
            }
            case ATTR_ICE_CONTROLLING -> {
                if (length != 8) {
                    return false;
                }
                controllingOff = at;
            }
            default -> {
                if (type < 0x8000 && !isKnownUnused(type)) {
                    unknownRequired = type;
                }
            }
        }
        return true;
    }

    /** MAPPED-ADDRESS, REALM, NONCE, MESSAGE-INTEGRITY-SHA256 and the like: understood, of no use to ICE. */
    private static boolean isKnownUnused(int type) {
        return type == 0x0001
                || type == ATTR_UNKNOWN_ATTRIBUTES
                || type == 0x0014
                || type == 0x0015
                || type == 0x001C
                || type == 0x001D
                || type == 0x001E;
    }

    private boolean fingerprintMatches(int at) {
        return Bytes.i32(buf, at + 4) == fingerprint(buf, off, at - off);
    }

    /** CRC-32 of the message up to the FINGERPRINT attribute, XORed with "STUN" (RFC 8489 s.14.7). */
    static int fingerprint(byte[] buf, int off, int len) {
        CRC32 crc = new CRC32();
        crc.update(buf, off, len);
        return (int) crc.getValue() ^ FINGERPRINT_XOR;
    }

    public int type() {
        return Bytes.u16(buf, off);
    }

    /** Copies the 12-byte transaction id. */
    public void copyTransactionId(byte[] target) {
        System.arraycopy(buf, off + 8, target, 0, TRANSACTION_ID_BYTES);
    }

    public boolean hasTransactionId(byte[] id) {
        for (int i = 0; i < TRANSACTION_ID_BYTES; i++) {
            if (buf[off + 8 + i] != id[i]) {
                return false;
            }
        }
        return true;
    }

    /** USERNAME, or null. */
    public @Nullable String username() {
        return usernameOff == ABSENT
                ? null
                : new String(buf, usernameOff + 4, Bytes.u16(buf, usernameOff + 2), StandardCharsets.UTF_8);
    }

    /** Whether MESSAGE-INTEGRITY is present and right. */
    public boolean isAuthentic(StunIntegrity integrity) {
        return integrityOff != ABSENT && integrity.verify(buf, off, integrityOff);
    }

    public boolean hasUseCandidate() {
        return useCandidate;
    }

    /** PRIORITY of the check, 0 if absent. */
    public long priority() {
        return priorityOff == ABSENT ? 0 : Bytes.u32(buf, priorityOff + 4);
    }

    public boolean isFromControlling() {
        return controllingOff != ABSENT;
    }

    public boolean isFromControlled() {
        return controlledOff != ABSENT;
    }

    /** The tie-breaker of ICE-CONTROLLING or ICE-CONTROLLED, 0 if neither is there. */
    public long tieBreaker() {
        int at = controllingOff != ABSENT ? controllingOff : controlledOff;
        return at == ABSENT ? 0 : Bytes.i64(buf, at + 4);
    }

    /** ERROR-CODE 300..699, or 0. */
    public int errorCode() {
        return errorCodeOff == ABSENT ? 0 : (buf[errorCodeOff + 6] & 7) * 100 + Bytes.u8(buf, errorCodeOff + 7);
    }

    /** A comprehension-required attribute that we don't know, or 0 (RFC 8489 s.6.3.1: answer 420). */
    public int unknownRequiredAttribute() {
        return unknownRequired;
    }

    /** XOR-MAPPED-ADDRESS (RFC 8489 s.14.2), or null. */
    public @Nullable InetSocketAddress mappedAddress() {
        if (mappedOff == ABSENT) {
            return null;
        }
        int port = Bytes.u16(buf, mappedOff + 6) ^ MAGIC_COOKIE >>> 16;
        byte[] address = new byte[Bytes.u16(buf, mappedOff + 2) - 4];
        for (int i = 0; i < address.length; i++) {
            // The key is magic cookie then transaction id: the 16 header bytes from offset 4.
            address[i] = (byte) (buf[mappedOff + 8 + i] ^ buf[off + 4 + i]);
        }
        try {
            return new InetSocketAddress(InetAddress.getByAddress(address), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("wrap checked the length", e);
        }
    }
}
