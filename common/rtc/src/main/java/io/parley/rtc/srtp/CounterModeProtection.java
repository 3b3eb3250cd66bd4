// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.srtp;

import io.parley.rtc.buf.Bytes;
import io.parley.rtc.crypto.Ciphers;
import io.parley.rtc.crypto.CounterCipher;
import io.parley.rtc.crypto.HmacSha1;

/** AES_CM_128_HMAC_SHA1_80 (RFC 3711 s.4.1.1 and s.4.2). */
final class CounterModeProtection implements Protection {
    private static final int RTCP_HEADER_BYTES = 8;
    private static final int TAG_BYTES = 10;
    private static final int INDEX_BYTES = 4;
    private static final int ENCRYPTED_FLAG = 1 << 31;
    private static final int AUTHENTICATION_KEY_BYTES = 20;
    private static final int SALT_BYTES = 14;

    private final CounterCipher rtp;
    private final CounterCipher rtcp;
    private final HmacSha1 rtpMac;
    private final HmacSha1 rtcpMac;
    private final byte[] rtpSalt;
    private final byte[] rtcpSalt;
    private final byte[] iv = new byte[16];
    private final byte[] mac = new byte[HmacSha1.MAC_BYTES];
    private final byte[] received = new byte[TAG_BYTES];

    CounterModeProtection(MasterKey master, Ciphers ciphers) {
        int keyBytes = master.profile().keyBytes();
        rtp = ciphers.counter(master.derive(MasterKey.LABEL_RTP_ENCRYPTION, keyBytes));
        rtcp = ciphers.counter(master.derive(MasterKey.LABEL_RTCP_ENCRYPTION, keyBytes));
        rtpMac = ciphers.hmacSha1(master.derive(MasterKey.LABEL_RTP_AUTHENTICATION, AUTHENTICATION_KEY_BYTES));
        rtcpMac = ciphers.hmacSha1(master.derive(MasterKey.LABEL_RTCP_AUTHENTICATION, AUTHENTICATION_KEY_BYTES));
        rtpSalt = master.derive(MasterKey.LABEL_RTP_SALT, SALT_BYTES);
        rtcpSalt = master.derive(MasterKey.LABEL_RTCP_SALT, SALT_BYTES);
    }

    @Override
    public int sealRtp(byte[] buf, int off, int headerLen, int len, int ssrc, long index) {
        counter(rtpSalt, ssrc, index);
        rtp.apply(iv, buf, off + headerLen, len - headerLen);
        // The MAC covers the packet and the ROC (s.4.2); the tag then takes the place of the ROC.
        Bytes.putI32(buf, off + len, (int) (index >>> 16));
        rtpMac.compute(buf, off, len + 4, mac);
        System.arraycopy(mac, 0, buf, off + len, TAG_BYTES);
        return len + TAG_BYTES;
    }

    @Override
    public int openRtp(byte[] buf, int off, int headerLen, int len, int ssrc, long index) {
        int plain = len - TAG_BYTES;
        if (plain < headerLen) {
            return -1;
        }
        System.arraycopy(buf, off + plain, received, 0, TAG_BYTES);
        Bytes.putI32(buf, off + plain, (int) (index >>> 16));
        rtpMac.compute(buf, off, plain + 4, mac);
        if (!tagMatches()) {
            return -1;
        }
        counter(rtpSalt, ssrc, index);
        rtp.apply(iv, buf, off + headerLen, plain - headerLen);
        return plain;
    }

    @Override
    public int sealRtcp(byte[] buf, int off, int len, int ssrc, int index) {
        counter(rtcpSalt, ssrc, index);
        rtcp.apply(iv, buf, off + RTCP_HEADER_BYTES, len - RTCP_HEADER_BYTES);
        Bytes.putI32(buf, off + len, index | ENCRYPTED_FLAG);
        rtcpMac.compute(buf, off, len + INDEX_BYTES, mac);
        System.arraycopy(mac, 0, buf, off + len + INDEX_BYTES, TAG_BYTES);
        return len + INDEX_BYTES + TAG_BYTES;
    }

    @Override
    public int rtcpIndex(byte[] buf, int off, int len) {
        if (len < RTCP_HEADER_BYTES + INDEX_BYTES + TAG_BYTES) {
            return -1;
        }
        int trailer = Bytes.i32(buf, off + len - TAG_BYTES - INDEX_BYTES);
        return trailer < 0 ? trailer & ~ENCRYPTED_FLAG : -1;
    }

    @Override
    public int openRtcp(byte[] buf, int off, int len, int ssrc, int index) {
        int authenticated = len - TAG_BYTES;
        System.arraycopy(buf, off + authenticated, received, 0, TAG_BYTES);
        rtcpMac.compute(buf, off, authenticated, mac);
        if (!tagMatches()) {
            return -1;
        }
        int plain = authenticated - INDEX_BYTES;
        counter(rtcpSalt, ssrc, index);
        rtcp.apply(iv, buf, off + RTCP_HEADER_BYTES, plain - RTCP_HEADER_BYTES);
        return plain;
    }

    /** RFC 3711 s.4.1.1: IV = (salt * 2^16) XOR (SSRC * 2^64) XOR (index * 2^16). */
    private void counter(byte[] salt, int ssrc, long index) {
        System.arraycopy(salt, 0, iv, 0, SALT_BYTES);
        Bytes.putU16(iv, SALT_BYTES, 0);
        Bytes.putI32(iv, 4, Bytes.i32(iv, 4) ^ ssrc);
        Bytes.putU48(iv, 8, Bytes.u48(iv, 8) ^ index);
    }

    /** In constant time. */
    private boolean tagMatches() {
        int difference = 0;
        for (int i = 0; i < TAG_BYTES; i++) {
            difference |= mac[i] ^ received[i];
        }
        return difference == 0;
    }

    @Override
    public void close() {
        rtp.close();
        rtcp.close();
        rtpMac.close();
        rtcpMac.close();
    }
}
