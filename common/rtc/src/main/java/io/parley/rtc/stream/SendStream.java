// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.stream;

import io.parley.rtc.rtcp.RtcpReader;
import io.parley.rtc.time.NtpTime;
import org.jspecify.annotations.Nullable;

/**
 * One SSRC (and its RTX SSRC) that we send to a peer: identity, counters for sender reports, and what the peer's
 * receiver reports say. Owned by the peer's shard.
 */
public final class SendStream {
    /** Round trip assumed until one is measured. */
    public static final long DEFAULT_RTT_NS = 70_000_000L;

    private final int ssrc;
    private final int rtxSsrc;
    private final String mid;
    private final String rid;
    private final String cname;
    private final int payloadType;
    private final int rtxPayloadType;
    private final int clockRate;

    /** Next extended number on the RTX SSRC. */
    private long nextRtxSeq;

    /** As the extension playout-delay has it; -1 for none. */
    private int playoutDelay = -1;

    private @Nullable ResendBuffer resends;
    private long packets;
    private long octets;
    private long reportSentNs = -1;
    private int reportCompactNtp;
    private long rttNs = DEFAULT_RTT_NS;
    private boolean hasMeasuredRtt;
    private boolean isHeard;
    private int fractionLost;

    /** @param rtxPayloadType -1 without RTX, whose SSRC then means nothing */
    public SendStream(
            int ssrc,
            int rtxSsrc,
            String mid,
            String cname,
            int payloadType,
            int rtxPayloadType,
            int clockRate,
            int firstRtxSeq) {
        this(ssrc, rtxSsrc, mid, "", cname, payloadType, rtxPayloadType, clockRate, firstRtxSeq);
    }

    /** @param rid restriction id of a simulcast layer that we publish, or "" */
    public SendStream(
            int ssrc,
            int rtxSsrc,
            String mid,
            String rid,
            String cname,
            int payloadType,
            int rtxPayloadType,
            int clockRate,
            int firstRtxSeq) {
        this.ssrc = ssrc;
        this.rtxSsrc = rtxSsrc;
        this.mid = mid;
        this.rid = rid;
        this.cname = cname;
        this.payloadType = payloadType;
        this.rtxPayloadType = rtxPayloadType;
        this.clockRate = clockRate;
        this.nextRtxSeq = firstRtxSeq;
    }

    public int ssrc() {
        return ssrc;
    }

    public int rtxSsrc() {
        return rtxSsrc;
    }

    public String mid() {
        return mid;
    }

    public String rid() {
        return rid;
    }

    public String cname() {
        return cname;
    }

    public int payloadType() {
        return payloadType;
    }

    public int rtxPayloadType() {
        return rtxPayloadType;
    }

    public boolean hasRtx() {
        return rtxPayloadType >= 0;
    }

    /**
     * Asks the receiver to show each picture no sooner than the one, and no later than the other, after it was captured.
     *
     * @param minMs 0..40,950, as is the next; in steps of ten
     */
    public void delayPlayout(int minMs, int maxMs) {
        playoutDelay = minMs / 10 << 12 | maxMs / 10;
    }

    /** Least and most in units of 10 ms, 12 bits each; -1 for none. */
    public int playoutDelay() {
        return playoutDelay;
    }

    /** Keeps packets as they were sent, for resends without RTX. */
    public void keepPackets() {
        resends = new ResendBuffer();
    }

    /** A packet as it leaves. */
    public void onProtected(long extSeq, byte[] buf, int off, int len) {
        if (resends != null) {
            resends.put(extSeq, buf, off, len);
        }
    }

    /** Copies a packet as it was sent. @return its length, or -1 if it is not kept */
    public int copyProtected(long extSeq, byte[] into, int off) {
        return resends == null ? -1 : resends.get(extSeq, into, off);
    }

    public int clockRate() {
        return clockRate;
    }

    public long takeRtxSeq() {
        return nextRtxSeq++;
    }

    public void onSent(int payloadBytes) {
        packets++;
        octets += payloadBytes;
    }

    public long packets() {
        return packets;
    }

    public long octets() {
        return octets;
    }

    public void onReportSent(long nowNs, long ntp) {
        reportSentNs = nowNs;
        reportCompactNtp = NtpTime.compact(ntp);
    }

    /** A report block about this stream. */
    public void onReport(long nowNs, RtcpReader reader, int block) {
        isHeard = true;
        fractionLost = reader.fractionLost(block);
        if (reportSentNs >= 0 && reader.lastSenderReport(block) == reportCompactNtp) {
            long held = NtpTime.compactToNanos(reader.delaySinceLastSenderReport(block));
            long rtt = nowNs - reportSentNs - held;
            if (rtt > 0 && held >= 0) {
                rttNs = hasMeasuredRtt ? (7 * rttNs + rtt) / 8 : rtt;
                hasMeasuredRtt = true;
            }
        }
    }

    /** Whether a receiver report proved that the peer bound this SSRC. */
    public boolean isHeard() {
        return isHeard;
    }

    /** Smoothed; 70 ms until measured. */
    public long rttNs() {
        return rttNs;
    }

    /** 0..255 of 256, from the last report. */
    public int fractionLost() {
        return fractionLost;
    }
}
