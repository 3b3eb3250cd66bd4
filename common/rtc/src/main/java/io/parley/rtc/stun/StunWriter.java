// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.stun;

import io.parley.rtc.buf.Bytes;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Writes one STUN message in place: {@link #begin}, attributes, {@link #finish}. Reused by one thread. */
public final class StunWriter {
    private byte[] buf = new byte[0];
    private int off;
    private int at;

    public StunWriter begin(byte[] buf, int off, int type, byte[] transactionId) {
        this.buf = buf;
        this.off = off;
        Bytes.putU16(buf, off, type);
        Bytes.putU16(buf, off + 2, 0);
        Bytes.putI32(buf, off + 4, StunMessage.MAGIC_COOKIE);
        System.arraycopy(transactionId, 0, buf, off + 8, StunMessage.TRANSACTION_ID_BYTES);
        at = off + StunMessage.HEADER_BYTES;
        return this;
    }

    public StunWriter username(String username) {
        return bytes(StunMessage.ATTR_USERNAME, username.getBytes(StandardCharsets.UTF_8));
    }

    public StunWriter priority(long priority) {
        header(StunMessage.ATTR_PRIORITY, 4);
        Bytes.putI32(buf, at - 4, (int) priority);
        return this;
    }

    public StunWriter useCandidate() {
        header(StunMessage.ATTR_USE_CANDIDATE, 0);
        return this;
    }

    public StunWriter role(boolean controlling, long tieBreaker) {
        header(controlling ? StunMessage.ATTR_ICE_CONTROLLING : StunMessage.ATTR_ICE_CONTROLLED, 8);
        Bytes.putI64(buf, at - 8, tieBreaker);
        return this;
    }

    public StunWriter mappedAddress(InetSocketAddress address) {
        byte[] ip = address.getAddress().getAddress();
        header(StunMessage.ATTR_XOR_MAPPED_ADDRESS, 4 + ip.length);
        int value = at - 4 - ip.length;
        buf[value] = 0;
        buf[value + 1] = (byte) (ip.length == 4 ? 1 : 2);
        Bytes.putU16(buf, value + 2, address.getPort() ^ StunMessage.MAGIC_COOKIE >>> 16);
        for (int i = 0; i < ip.length; i++) {
            buf[value + 4 + i] = (byte) (ip[i] ^ buf[off + 4 + i]);
        }
        return this;
    }

    /** @param code 300..699 */
    public StunWriter error(int code, String reason) {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        byte[] value = new byte[4 + text.length];
        value[2] = (byte) (code / 100);
        value[3] = (byte) (code % 100);
        System.arraycopy(text, 0, value, 4, text.length);
        return bytes(StunMessage.ATTR_ERROR_CODE, value);
    }

    public StunWriter unknownAttribute(int type) {
        return bytes(StunMessage.ATTR_UNKNOWN_ATTRIBUTES, new byte[] {(byte) (type >>> 8), (byte) type});
    }

    /** Ends the message with integrity (if keyed) and fingerprint. @return its length in bytes */
    public int finish(@Nullable StunIntegrity integrity) {
        if (integrity != null) {
            byte[] mac = integrity.compute(buf, off, at);
            bytes(StunMessage.ATTR_MESSAGE_INTEGRITY, mac);
        }
        Bytes.putU16(buf, off + 2, at - off - StunMessage.HEADER_BYTES + 8);
        int crc = StunMessage.fingerprint(buf, off, at - off);
        header(StunMessage.ATTR_FINGERPRINT, 4);
        Bytes.putI32(buf, at - 4, crc);
        return at - off;
    }

    private StunWriter bytes(int type, byte[] value) {
        int padded = value.length + 3 & ~3;
        header(type, value.length);
        at += padded - value.length;
        System.arraycopy(value, 0, buf, at - padded, value.length);
        for (int i = at - padded + value.length; i < at; i++) {
            buf[i] = 0;
        }
        return this;
    }

    /** Writes an attribute header and moves past a value of {@code length} bytes. */
    private void header(int type, int length) {
        Bytes.putU16(buf, at, type);
        Bytes.putU16(buf, at + 2, length);
        at += 4 + length;
    }
}
