// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.track;

import io.parley.engine.layer.LayerLiveness;
import io.parley.rtc.time.ExtendedSequence;
import io.parley.rtc.time.NtpTime;

/** One layer of an {@link UpTrack}: its ring, its numbers and its clock. */
public final class UpLayer {
    /**
     * Numbers of one source are never further apart than this, since each is extended to the value nearest to the
     * highest. Those of the next source are (see {@link #restart}), by which everyone, also behind a relay, knows it.
     */
    private static final long MAX_DISTANCE = 1L << 15;

    private static final long NONE = -1;

    private final PacketRing ring;
    private final LayerLiveness liveness;
    private final KeyFrameThrottle keyFrameThrottle = new KeyFrameThrottle();

    /** Added to the numbers of the present source. */
    private long base;

    private long highestSeq = NONE;
    private long extTs = NONE;

    private long packets;
    private long keyFrames;

    private long reportNtp;
    private long reportExtTs;
    private long reportAtNs = NONE;

    UpLayer(PacketRing ring, LayerLiveness liveness) {
        this.ring = ring;
        this.liveness = liveness;
    }

    public PacketRing ring() {
        return ring;
    }

    KeyFrameThrottle keyFrameThrottle() {
        return keyFrameThrottle;
    }

    LayerDump dump() {
        return new LayerDump(packets, keyFrames, keyFrameThrottle.asked());
    }

    /** The highest number of the present source. */
    long highestSeq() {
        return highestSeq;
    }

    /** The layer's number of a packet of the present source. @param extSeq extended as its stream extends it */
    public long number(long extSeq) {
        return base + extSeq;
    }

    /** Another SSRC takes the layer over: its numbers and its clock have nothing to do with what was. */
    public void restart() {
        base = (highestSeq >> 16) + 1 << 16;
        extTs = NONE;
    }

    /** Whether a number is of a later source than {@code known}. */
    static boolean isOfLaterSource(long known, long extSeq) {
        return extSeq - known > MAX_DISTANCE;
    }

    /** Unwraps a timestamp; the first is placed one cycle up, as extended sequence numbers are. */
    public long extendTimestamp(int timestamp) {
        if (extTs < 0) {
            return 1L << 32 | timestamp & 0xFFFF_FFFFL;
        }
        return ExtendedSequence.nearest32(extTs, timestamp);
    }

    /** @return false for a packet of a source that was replaced */
    boolean onPacket(long nowNs, MediaPacket packet) {
        if (highestSeq != NONE && isOfLaterSource(packet.extSeq, highestSeq)) {
            return false;
        }
        if (highestSeq == NONE || isOfLaterSource(highestSeq, packet.extSeq)) {
            liveness.restart();
            extTs = reportAtNs = NONE;
        }
        if (packet.extSeq > highestSeq) {
            onNewest(nowNs, packet);
        }
        packets++;
        if (packet.isKeyFrame) {
            keyFrames++;
            keyFrameThrottle.onKeyFrame();
        }
        return true;
    }

    private void onNewest(long nowNs, MediaPacket packet) {
        highestSeq = packet.extSeq;
        if (!packet.isPadding) {
            liveness.onPacket(nowNs, packet.extTs != extTs);
            extTs = packet.extTs;
        }
    }

    void onSenderReport(long ntp, int rtpTime, long atNs) {
        reportNtp = ntp;
        reportExtTs = extendTimestamp(rtpTime);
        reportAtNs = atNs;
    }

    public boolean hasSenderReport() {
        return reportAtNs != NONE;
    }

    /**
     * What a timestamp of this layer is in another's clock, by the last sender reports of both.
     *
     * @param clockRate of both, in Hz
     */
    long inClockOf(UpLayer other, int clockRate, long timestamp) {
        long reportsApartNs = NtpTime.toUnixNanos(reportNtp) - NtpTime.toUnixNanos(other.reportNtp);
        long reportsApart = Math.round(reportsApartNs * (clockRate / 1e9));
        return other.reportExtTs + reportsApart + (timestamp - reportExtTs);
    }

    public long reportNtp() {
        return reportNtp;
    }

    public long reportExtTs() {
        return reportExtTs;
    }

    public long reportAtNs() {
        return reportAtNs;
    }
}
