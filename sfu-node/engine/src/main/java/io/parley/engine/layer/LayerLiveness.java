// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.layer;

/** Whether the packets of one layer still come, by the pace of its frames. */
public final class LayerLiveness {
    /** A layer silent for three of its frames counts as stopped, but not before this much time has passed. */
    private static final long MIN_STALE_NS = 700_000_000L;

    /** And at the latest after this: slower than a frame in two seconds or so is no video. */
    private static final long MAX_STALE_NS = 5_000_000_000L;

    /** Packets, or frames, in a row before a layer counts as live, so that a stray one switches nobody. */
    private static final int MIN_PACKETS = 4;

    private static final int MIN_FRAMES = 2;

    private long lastPacketNs;
    private long lastFrameNs;
    private long frameIntervalNs;
    private int packets;
    private int frames;

    /** A packet with a payload, newer than all before. */
    public void onPacket(long nowNs, boolean isOfNewFrame) {
        // After one frame the pace is not known yet.
        if (nowNs - lastPacketNs > (frames == 1 ? MAX_STALE_NS : staleNs())) {
            restart();
        }
        if (isOfNewFrame || frames == 0) {
            long gapNs = nowNs - lastFrameNs;
            frameIntervalNs = switch (frames) {
                case 0 -> 0;
                case 1 -> gapNs;
                default -> frameIntervalNs + (gapNs - frameIntervalNs) / 4;
            };
            frames++;
            lastFrameNs = nowNs;
        }
        packets++;
        lastPacketNs = nowNs;
    }

    /** What comes from here on is of another source. */
    public void restart() {
        packets = frames = 0;
    }

    private long staleNs() {
        return Math.clamp(3 * frameIntervalNs, MIN_STALE_NS, MAX_STALE_NS);
    }

    boolean isLive(long nowNs) {
        return (packets >= MIN_PACKETS || frames >= MIN_FRAMES) && nowNs - lastPacketNs <= staleNs();
    }
}
