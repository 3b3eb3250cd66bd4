// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.peer;

import io.parley.rtc.rtcp.RtcpReader;
import io.parley.rtc.rtcp.RtcpWriter;
import io.parley.rtc.time.NtpTime;
import java.util.ArrayDeque;

/**
 * The round trip to a peer that sends us media and gets none, by extended reports: we tell our time, it answers when and
 * how long after; and the same the other way (RFC 3611 s.4.4, s.4.5). Owned by the peer's shard.
 */
final class ReferenceTimes {
    /** A peer reports under a few SSRCs; more would be an attempt to fill our reports. */
    private static final int MAX_WAITING = 4;

    /** The loop's monotone clock serves: only differences of what comes back count. */
    private static final long UNIX_OFFSET_NS = 1L << 60;

    private record Received(int ssrc, int compactNtp, long atNs) {}

    private final ArrayDeque<Received> waiting = new ArrayDeque<>();
    private long rttNs;

    /** The peer's extended report. */
    void onReport(long nowNs, RtcpReader reader, int ourSsrc) {
        while (reader.nextBlock()) {
            if (reader.blockType() == RtcpReader.BLOCK_REFERENCE_TIME) {
                waiting.removeIf(received -> received.ssrc == reader.senderSsrc());
                if (waiting.size() < MAX_WAITING) {
                    waiting.add(new Received(reader.senderSsrc(), NtpTime.compact(reader.referenceTime()), nowNs));
                }
            } else if (reader.blockType() == RtcpReader.BLOCK_DELAY_SINCE_REFERENCE) {
                for (int i = 0; i < reader.delayCount(); i++) {
                    if (reader.delaySsrc(i) == ourSsrc) {
                        onDelay(nowNs, reader.lastReference(i), reader.delaySinceReference(i));
                    }
                }
            }
        }
    }

    private void onDelay(long nowNs, int lastReference, int delay) {
        if (lastReference == 0) {
            return; // it had none of ours yet
        }
        int rtt = NtpTime.compact(ntp(nowNs)) - lastReference - delay;
        if (rtt > 0) {
            long measuredNs = NtpTime.compactToNanos(rtt);
            rttNs = rttNs == 0 ? measuredNs : (7 * rttNs + measuredNs) / 8;
        }
    }

    /** Smoothed; 0 until measured. */
    long rttNs() {
        return rttNs;
    }

    /** Adds an extended report, if there is something to say. @param asks whether we want to know the round trip */
    void write(long nowNs, RtcpWriter writer, int ourSsrc, boolean asks) {
        if (!asks && waiting.isEmpty()) {
            return;
        }
        writer.beginExtendedReport(ourSsrc);
        if (asks) {
            writer.referenceTime(ntp(nowNs));
        }
        if (!waiting.isEmpty()) {
            writer.beginDelays(waiting.size());
            for (Received received : waiting) {
                writer.delay(received.ssrc, received.compactNtp, NtpTime.nanosToCompact(nowNs - received.atNs));
            }
            waiting.clear();
        }
        writer.endReport();
    }

    /** Most bytes that {@link #write} takes. */
    static int maxBytes() {
        return 8 + 12 + 4 + 12 * MAX_WAITING;
    }

    private static long ntp(long nowNs) {
        return NtpTime.ofUnixNanos(UNIX_OFFSET_NS + nowNs);
    }
}
