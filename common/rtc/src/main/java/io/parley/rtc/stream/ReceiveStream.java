// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.stream;

import io.parley.rtc.rtcp.RtcpWriter;
import io.parley.rtc.time.ExtendedSequence;
import io.parley.rtc.time.NtpTime;
import org.jspecify.annotations.Nullable;

/**
 * One SSRC that a peer sends us, bound to a media section: reception statistics for receiver reports (RFC 3550 s.6.4
 * and A.8), the last sender report, and the state of its losses. Owned by the peer's shard.
 */
public final class ReceiveStream {
    private final int ssrc;
    private final String mid;
    private final String rid;
    private final int clockRate;
    private final ExtendedSequence sequence = new ExtendedSequence();

    /** Null where the session has no NACK for the codec, and for RTX streams. */
    private final @Nullable NackGenerator nack;

    /** The stream that this one repairs, or null. */
    private final @Nullable ReceiveStream repairs;

    private long firstSeq = -1;
    private long startedAtNs;
    private long received;
    private long lastHeardNs;
    private long expectedBefore;
    private long receivedBefore;

    /** In units of the media clock, times 16 (RFC 3550 A.8). */
    private long jitterQ4;

    private long lastTransit;
    private boolean hasTransit;

    private long reportNtp;
    private int reportRtpTime;
    private long reportAtNs = -1;

    /** @param rid restriction id of a simulcast layer, or "" */
    public ReceiveStream(
            int ssrc, String mid, String rid, int clockRate, boolean withNack, @Nullable ReceiveStream repairs) {
        this.ssrc = ssrc;
        this.mid = mid;
        this.rid = rid;
        this.clockRate = clockRate;
        this.nack = withNack ? new NackGenerator() : null;
        this.repairs = repairs;
    }

    public int ssrc() {
        return ssrc;
    }

    public String mid() {
        return mid;
    }

    public String rid() {
        return rid;
    }

    public int clockRate() {
        return clockRate;
    }

    public @Nullable ReceiveStream repairs() {
        return repairs;
    }

    public @Nullable NackGenerator nack() {
        return nack;
    }

    public long packetsReceived() {
        return received;
    }

    /** When its last packet came; 0 before the first. */
    public long lastHeardNs() {
        return lastHeardNs;
    }

    /** Whether packets came since the last report block (RFC 3550 s.6.4: only then there is one). */
    public boolean isHeardSinceReport() {
        return received != receivedBefore;
    }

    /** When the first packet came on this SSRC itself. */
    public long startedAtNs() {
        return startedAtNs;
    }

    public long extend(int seq) {
        return sequence.extend(seq);
    }

    /** Counts a packet that came on this SSRC itself (not through RTX). */
    public void onPacket(long nowNs, long extSeq, int timestamp) {
        if (firstSeq < 0) {
            firstSeq = extSeq;
            startedAtNs = nowNs;
        }
        sequence.note(extSeq);
        received++;
        lastHeardNs = nowNs;
        long transit = (long) ((double) nowNs * clockRate / 1e9) - (timestamp & 0xFFFF_FFFFL);
        if (hasTransit) {
            // Timestamps wrap; only the difference of transit times modulo 2^32 matters.
            long difference = Math.abs((int) (transit - lastTransit));
            jitterQ4 += difference - (jitterQ4 + 8 >> 4);
        }
        lastTransit = transit;
        hasTransit = true;
    }

    public void onSenderReport(long nowNs, long ntp, int rtpTime) {
        reportNtp = ntp;
        reportRtpTime = rtpTime;
        reportAtNs = nowNs;
    }

    public boolean hasSenderReport() {
        return reportAtNs >= 0;
    }

    /** NTP time of the last sender report, on the sender's clock. */
    public long reportNtp() {
        return reportNtp;
    }

    public int reportRtpTime() {
        return reportRtpTime;
    }

    public long reportAtNs() {
        return reportAtNs;
    }

    /** Appends this stream's block to a report begun by the caller. */
    public void writeReportBlock(long nowNs, RtcpWriter writer) {
        long expected = sequence.highest() - firstSeq + 1;
        long expectedInterval = expected - expectedBefore;
        long lostInterval = expectedInterval - (received - receivedBefore);
        int fraction = expectedInterval <= 0 || lostInterval <= 0
                ? 0
                : (int) Math.min(255, (lostInterval << 8) / expectedInterval);
        expectedBefore = expected;
        receivedBefore = received;
        int lost = Math.clamp(expected - received, -0x800000, 0x7FFFFF);
        int lastReport = hasSenderReport() ? NtpTime.compact(reportNtp) : 0;
        int delay = hasSenderReport() ? NtpTime.nanosToCompact(nowNs - reportAtNs) : 0;
        // Cycles count from the stream's first packet (RFC 3550 s.6.4.1); ours start one up, see ExtendedSequence.
        int highest = (int) (sequence.highest() - (1L << 16));
        writer.reportBlock(ssrc, fraction, lost, highest, (int) (jitterQ4 >> 4), lastReport, delay);
    }
}
