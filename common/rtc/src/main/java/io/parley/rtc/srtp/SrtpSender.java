// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.srtp;

import io.parley.rtc.buf.Bytes;
import io.parley.rtc.buf.IntMap;
import io.parley.rtc.crypto.Ciphers;

/**
 * Protects what we send to one peer, in place. One (key, SSRC, ROC, SEQ) is protected once, since GCM under a
 * repeated nonce gives its authentication key away: a second attempt is a bug of the caller and throws.
 */
public final class SrtpSender implements AutoCloseable {
    private static final int MAX_RTCP_INDEX = Integer.MAX_VALUE;

    private final Protection protection;
    private final IntMap<ReplayWindow> used = new IntMap<>();
    private int rtcpIndex;

    public SrtpSender(MasterKey master, Ciphers ciphers) {
        protection = Protection.of(master, ciphers, true);
    }

    /**
     * @param extSeq extended sequence number whose low 48 bits are ROC and SEQ; SEQ also stands in the header
     * @return the protected length
     * @throws IllegalStateException if this (SSRC, extSeq) was protected before, or is too old to tell
     */
    public int protectRtp(byte[] buf, int off, int headerLen, int len, long extSeq) {
        int ssrc = Bytes.i32(buf, off + 8);
        ReplayWindow window = used.get(ssrc);
        if (window == null) {
            window = new ReplayWindow();
            used.put(ssrc, window);
        }
        if (!window.admits(extSeq)) {
            throw new IllegalStateException("SRTP index " + extSeq + " of SSRC " + ssrc + " would be used twice");
        }
        window.mark(extSeq);
        return protection.sealRtp(buf, off, headerLen, len, ssrc, extSeq);
    }

    /**
     * The stream has ended. What is kept of its SSRC shrinks to the highest number: to forget it would allow a stream
     * with the same SSRC to use its nonces again.
     */
    public void retire(int ssrc) {
        ReplayWindow window = used.get(ssrc);
        if (window != null) {
            window.fold();
        }
    }

    /** @return the protected length of the compound packet */
    public int protectRtcp(byte[] buf, int off, int len) {
        if (rtcpIndex == MAX_RTCP_INDEX) {
            throw new IllegalStateException("SRTCP index exhausted");
        }
        int ssrc = Bytes.i32(buf, off + 4);
        return protection.sealRtcp(buf, off, len, ssrc, rtcpIndex++);
    }

    @Override
    public void close() {
        protection.close();
    }
}
