// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.sctp;

/** How many bytes may be under way at once (RFC 9260 s.7.2): slow start, congestion avoidance, fast recovery. */
final class CongestionWindow {
    /** As RFC 6928 has it for TCP, and libwebrtc for data channels. */
    private static final int INITIAL_PACKETS = 10;

    private static final int MIN_PACKETS = 4;

    private final int maxPacket;
    private long windowBytes;
    private long slowStartThreshold = Long.MAX_VALUE;
    private long partialBytesAcked;
    private boolean isRecovering;
    private long recoveryExitTsn;

    CongestionWindow(int maxPacket) {
        this.maxPacket = maxPacket;
        this.windowBytes = (long) INITIAL_PACKETS * maxPacket;
    }

    boolean hasRoom(int inFlightBytes) {
        return inFlightBytes < windowBytes;
    }

    /** Whether the window, and not the sender, is what limits. */
    boolean isUsed(int inFlightBytes) {
        return inFlightBytes + maxPacket > windowBytes;
    }

    boolean isRecovering() {
        return isRecovering;
    }

    /** @param cumulative number of a SACK, which ends a recovery that it reaches */
    void onSack(long cumulative) {
        isRecovering &= cumulative < recoveryExitTsn;
    }

    /** RFC 9260 s.7.2.1, s.7.2.2. @param advanced whether the cumulative number moved */
    void onAcked(long bytes, boolean advanced, boolean wasUsed) {
        if (windowBytes <= slowStartThreshold) {
            if (advanced && wasUsed && !isRecovering) {
                windowBytes += Math.min(bytes, maxPacket);
            }
            return;
        }
        partialBytesAcked += bytes;
        if (partialBytesAcked >= windowBytes) {
            partialBytesAcked -= windowBytes;
            if (wasUsed) {
                windowBytes += maxPacket;
            }
        }
    }

    /** Fragments are missing. @return whether this begins a recovery, which lasts until {@code lastTsn} is acknowledged */
    boolean onLoss(long lastTsn) {
        if (isRecovering) {
            return false;
        }
        isRecovering = true;
        recoveryExitTsn = lastTsn;
        lowerThreshold();
        windowBytes = slowStartThreshold;
        return true;
    }

    void onTimeout() {
        isRecovering = false;
        lowerThreshold();
        windowBytes = maxPacket;
    }

    private void lowerThreshold() {
        slowStartThreshold = Math.max(windowBytes / 2, (long) MIN_PACKETS * maxPacket);
        partialBytesAcked = 0;
    }
}
