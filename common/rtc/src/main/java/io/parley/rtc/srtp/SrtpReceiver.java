// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.srtp;

import io.parley.rtc.buf.Bytes;
import io.parley.rtc.crypto.Ciphers;
import io.parley.rtc.time.ExtendedSequence;

/**
 * Unprotects what one peer sends, in place. The replay window is asked before any cryptography; state is made for an
 * SSRC only once a packet of it proved authentic, and for at most {@link #MAX_SSRCS}.
 */
public final class SrtpReceiver implements AutoCloseable {
    /** The packet is no RTP or RTCP, or too short. */
    public static final int MALFORMED = -1;

    /** Seen before, or older than the window. */
    public static final int REPLAYED = -2;

    public static final int NOT_AUTHENTIC = -3;

    /** The peer uses more SSRCs than any session needs. */
    public static final int TOO_MANY_SSRCS = -4;

    /**
     * In the life of a connection, since none can be forgotten ({@link ReplayWindows}): the three layers and RTX of 682
     * videos published one after the other. Beyond that the client needs a new connection, which has new keys.
     */
    public static final int MAX_SSRCS = 4096;

    private final Protection protection;
    private final ReplayWindows rtpWindows = new ReplayWindows();
    private final ReplayWindows rtcpWindows = new ReplayWindows();

    /** Whether the packet unprotected last has the highest index of its SSRC so far. */
    private boolean isNewest;

    public SrtpReceiver(MasterKey master, Ciphers ciphers) {
        protection = Protection.of(master, ciphers, false);
    }

    /**
     * @param headerLen RTP header with CSRCs and extension, as the header parser found it
     * @return the plain length, or a negative reason
     */
    public int unprotectRtp(byte[] buf, int off, int headerLen, int len) {
        int ssrc = Bytes.i32(buf, off + 8);
        int seq = Bytes.u16(buf, off + 2);
        ReplayWindow window = rtpWindows.get(ssrc);
        long index = window == null ? seq : ExtendedSequence.nearest(window.highest(), seq);
        if (window != null && !window.admits(index)) {
            return REPLAYED;
        }
        if (window == null && rtpWindows.size() >= MAX_SSRCS) {
            return TOO_MANY_SSRCS;
        }
        int plain = protection.openRtp(buf, off, headerLen, len, ssrc, index);
        if (plain < 0) {
            return NOT_AUTHENTIC;
        }
        isNewest = window == null || index > window.highest();
        rtpWindows.mark(window, ssrc, index);
        return plain;
    }

    /** @return the plain length of the compound packet, or a negative reason */
    public int unprotectRtcp(byte[] buf, int off, int len) {
        int index = protection.rtcpIndex(buf, off, len);
        if (index < 0) {
            return MALFORMED;
        }
        int ssrc = Bytes.i32(buf, off + 4);
        ReplayWindow window = rtcpWindows.get(ssrc);
        if (window != null && !window.admits(index)) {
            return REPLAYED;
        }
        if (window == null && rtcpWindows.size() >= MAX_SSRCS) {
            return TOO_MANY_SSRCS;
        }
        int plain = protection.openRtcp(buf, off, len, ssrc, index);
        if (plain < 0) {
            return NOT_AUTHENTIC;
        }
        isNewest = window == null || index > window.highest();
        rtcpWindows.mark(window, ssrc, index);
        return plain;
    }

    /** Whether nothing newer came on the SSRC of the packet unprotected last; late ones say nothing of where a peer is. */
    public boolean isNewest() {
        return isNewest;
    }

    @Override
    public void close() {
        protection.close();
    }
}
