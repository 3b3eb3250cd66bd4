// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.track;

import io.parley.rtc.time.ExtendedSequence;

/** One layer of an {@link UpTrack}: its ring, its clock, and whether packets still come. */
public final class UpLayer {
    /** A layer silent for this long counts as stopped: three frames at the slowest rate a browser falls to. */
    private static final long STALE_NS = 700_000_000L;

    /** Packets in a row before a layer counts as live, so that a stray one switches nobody. */
    private static final int MIN_PACKETS = 4;

    private final PacketRing ring;
    private long extTs = -1;
    private long lastPacketNs;
    private int packetsSinceStart;

    private long reportNtp;
    private long reportExtTs;
    private long reportAtNs = -1;

    private final KeyFrameThrottle keyFrames = new KeyFrameThrottle();

    UpLayer(PacketRing ring) {
        this.ring = ring;
    }

    public PacketRing ring() {
        return ring;
    }

    /** Unwraps a timestamp; the first is placed one cycle up, as extended sequence numbers are. */
    public long extendTimestamp(int timestamp) {
        if (extTs < 0) {
            return 1L << 32 | timestamp & 0xFFFF_FFFFL;
        }
        return ExtendedSequence.nearest32(extTs, timestamp);
    }

    void onPacket(long nowNs, MediaPacket packet) {
        if (nowNs - lastPacketNs > STALE_NS) {
            packetsSinceStart = 0;
        }
        packetsSinceStart++;
        lastPacketNs = nowNs;
        extTs = Math.max(extTs, packet.extTs);
        if (packet.isKeyFrame) {
            keyFrames.onKeyFrame();
        }
    }

    public boolean isLive(long nowNs) {
        return packetsSinceStart >= MIN_PACKETS && nowNs - lastPacketNs <= STALE_NS;
    }

    void onSenderReport(long ntp, int rtpTime, long atNs) {
        reportNtp = ntp;
        reportExtTs = extendTimestamp(rtpTime);
        reportAtNs = atNs;
    }

    public boolean hasSenderReport() {
        return reportAtNs >= 0;
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

    KeyFrameThrottle keyFrames() {
        return keyFrames;
    }
}
