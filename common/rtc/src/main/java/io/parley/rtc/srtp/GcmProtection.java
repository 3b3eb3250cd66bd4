// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.srtp;

import io.parley.rtc.buf.Bytes;
import io.parley.rtc.crypto.AeadCipher;
import io.parley.rtc.crypto.Ciphers;

/** AEAD_AES_128_GCM and AEAD_AES_256_GCM (RFC 7714 s.8 and s.9). */
final class GcmProtection implements Protection {
    private static final int RTCP_HEADER_BYTES = 8;
    private static final int TRAILER_BYTES = 4;
    private static final int ENCRYPTED_FLAG = 1 << 31;

    private final AeadCipher rtp;
    private final AeadCipher rtcp;
    private final byte[] rtpSalt;
    private final byte[] rtcpSalt;
    private final byte[] nonce = new byte[AeadCipher.NONCE_BYTES];
    private final byte[] rtcpAad = new byte[RTCP_HEADER_BYTES + TRAILER_BYTES];

    GcmProtection(MasterKey master, Ciphers ciphers, boolean forSealing) {
        this(
                ciphers.gcm(sessionKey(master, MasterKey.LABEL_RTP_ENCRYPTION), forSealing),
                ciphers.gcm(sessionKey(master, MasterKey.LABEL_RTCP_ENCRYPTION), forSealing),
                master.derive(MasterKey.LABEL_RTP_SALT, AeadCipher.NONCE_BYTES),
                master.derive(MasterKey.LABEL_RTCP_SALT, AeadCipher.NONCE_BYTES));
    }

    GcmProtection(AeadCipher rtp, AeadCipher rtcp, byte[] rtpSalt, byte[] rtcpSalt) {
        this.rtp = rtp;
        this.rtcp = rtcp;
        this.rtpSalt = rtpSalt;
        this.rtcpSalt = rtcpSalt;
    }

    private static byte[] sessionKey(MasterKey master, int label) {
        return master.derive(label, master.profile().keyBytes());
    }

    @Override
    public int sealRtp(byte[] buf, int off, int headerLen, int len, int ssrc, long index) {
        rtpNonce(ssrc, index);
        rtp.seal(nonce, buf, off, headerLen, buf, off + headerLen, len - headerLen);
        return len + AeadCipher.TAG_BYTES;
    }

    @Override
    public int openRtp(byte[] buf, int off, int headerLen, int len, int ssrc, long index) {
        int textLen = len - headerLen - AeadCipher.TAG_BYTES;
        if (textLen < 0) {
            return -1;
        }
        rtpNonce(ssrc, index);
        boolean authentic = rtp.open(nonce, buf, off, headerLen, buf, off + headerLen, textLen);
        return authentic ? len - AeadCipher.TAG_BYTES : -1;
    }

    @Override
    public int sealRtcp(byte[] buf, int off, int len, int ssrc, int index) {
        rtcpNonce(ssrc, index);
        rtcpAad(buf, off, index);
        rtcp.seal(nonce, rtcpAad, 0, rtcpAad.length, buf, off + RTCP_HEADER_BYTES, len - RTCP_HEADER_BYTES);
        Bytes.putI32(buf, off + len + AeadCipher.TAG_BYTES, index | ENCRYPTED_FLAG);
        return len + AeadCipher.TAG_BYTES + TRAILER_BYTES;
    }

    @Override
    public int rtcpIndex(byte[] buf, int off, int len) {
        if (len < RTCP_HEADER_BYTES + AeadCipher.TAG_BYTES + TRAILER_BYTES) {
            return -1;
        }
        int trailer = Bytes.i32(buf, off + len - TRAILER_BYTES);
        return trailer < 0 ? trailer & ~ENCRYPTED_FLAG : -1;
    }

    @Override
    public int openRtcp(byte[] buf, int off, int len, int ssrc, int index) {
        int plain = len - AeadCipher.TAG_BYTES - TRAILER_BYTES;
        rtcpNonce(ssrc, index);
        rtcpAad(buf, off, index);
        boolean authentic =
                rtcp.open(nonce, rtcpAad, 0, rtcpAad.length, buf, off + RTCP_HEADER_BYTES, plain - RTCP_HEADER_BYTES);
        return authentic ? plain : -1;
    }

    /** RFC 7714 s.8.1: 00 00, SSRC, ROC, SEQ, XORed with the salt. */
    private void rtpNonce(int ssrc, long index) {
        Bytes.putU16(nonce, 0, 0);
        Bytes.putI32(nonce, 2, ssrc);
        Bytes.putU48(nonce, 6, index);
        xor(rtpSalt);
    }

    /** RFC 7714 s.9.1: 00 00, SSRC, 00 00, 0 and the SRTCP index, XORed with the salt. */
    private void rtcpNonce(int ssrc, int index) {
        Bytes.putU16(nonce, 0, 0);
        Bytes.putI32(nonce, 2, ssrc);
        Bytes.putU48(nonce, 6, index);
        xor(rtcpSalt);
    }

    private void xor(byte[] salt) {
        for (int i = 0; i < nonce.length; i++) {
            nonce[i] ^= salt[i];
        }
    }

    private void rtcpAad(byte[] buf, int off, int index) {
        System.arraycopy(buf, off, rtcpAad, 0, RTCP_HEADER_BYTES);
        Bytes.putI32(rtcpAad, RTCP_HEADER_BYTES, index | ENCRYPTED_FLAG);
    }

    @Override
    public void close() {
        rtp.close();
        rtcp.close();
    }
}
