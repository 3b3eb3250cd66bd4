// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.srtp;

import io.parley.rtc.buf.Bytes;
import io.parley.rtc.buf.IntMap;
import io.parley.rtc.crypto.Ciphers;
import io.parley.rtc.time.ExtendedSequence;
import org.jspecify.annotations.Nullable;

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

    public static final int MAX_SSRCS = 512;

    private final Protection protection;
    private final IntMap<ReplayWindow> rtpWindows = new IntMap<>();
    private final IntMap<ReplayWindow> rtcpWindows = new IntMap<>();

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
        mark(rtpWindows, window, ssrc, index);
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
        mark(rtcpWindows, window, ssrc, index);
        return plain;
    }

    private static void mark(IntMap<ReplayWindow> windows, @Nullable ReplayWindow known, int ssrc, long index) {
        ReplayWindow window = known;
        if (window == null) {
            window = new ReplayWindow();
            windows.put(ssrc, window);
        }
        window.mark(index);
    }

    @Override
    public void close() {
        protection.close();
    }
}
