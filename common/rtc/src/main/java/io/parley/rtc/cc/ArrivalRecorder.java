// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.cc;

import io.parley.rtc.rtcp.RtcpWriter;
import io.parley.rtc.time.Deadline;
import io.parley.rtc.time.ExtendedSequence;

/**
 * Notes when packets with transport-wide sequence numbers arrive and writes the feedback that the sender's bandwidth
 * estimator lives on (draft-holmer-rmcat-transport-wide-cc-extensions-01). Covers padding and RTX like any packet.
 */
public final class ArrivalRecorder {
    private static final int WINDOW = 1024;
    private static final int MAX_PER_FEEDBACK = 200;
    private static final long INTERVAL_NS = 50_000_000L;
    private static final long NOT_ARRIVED = -1;

    private final ExtendedSequence sequence = new ExtendedSequence();

    /** Arrival times in microseconds by number modulo WINDOW, for [nextToReport, highest]. */
    private final long[] arrivalsUs = new long[WINDOW];

    private final long[] report = new long[MAX_PER_FEEDBACK];
    private long nextToReport = -1;
    private long deadlineNs = Deadline.NEVER;
    private int feedbackCount;
    private int mediaSsrc;

    public void onPacket(long nowNs, int seq, int ssrc) {
        long extSeq = sequence.extend(seq);
        if (nextToReport < 0) {
            nextToReport = extSeq;
            arrivalsUs[index(extSeq)] = NOT_ARRIVED;
        } else {
            long highest = sequence.highest();
            if (extSeq - highest > WINDOW) {
                nextToReport = extSeq; // a restart of the sender: forget what lies before
            }
            for (long i = Math.max(highest + 1, nextToReport); i <= extSeq; i++) {
                arrivalsUs[index(i)] = NOT_ARRIVED;
            }
            if (extSeq - nextToReport >= WINDOW) {
                nextToReport = extSeq - WINDOW + 1;
            }
        }
        sequence.note(extSeq);
        if (extSeq < nextToReport) {
            return; // reported as lost already
        }
        mediaSsrc = ssrc;
        arrivalsUs[index(extSeq)] = nowNs / 1000;
        if (deadlineNs == Deadline.NEVER) {
            deadlineNs = nowNs + INTERVAL_NS;
        }
    }

    public long nextDeadlineNs() {
        return deadlineNs;
    }

    /** Writes feedback for what arrived since the last one; more may be left, then the deadline stays due. */
    public void writeFeedback(RtcpWriter writer, int senderSsrc) {
        long highest = sequence.highest();
        while (nextToReport <= highest && arrivalsUs[index(nextToReport)] == NOT_ARRIVED) {
            nextToReport++;
        }
        if (nextToReport > highest) {
            deadlineNs = Deadline.NEVER;
            return;
        }
        int room = Math.min(MAX_PER_FEEDBACK, (writer.remaining() - 28) / 4);
        int count = (int) Math.min(room, highest - nextToReport + 1);
        for (int i = 0; i < count; i++) {
            report[i] = arrivalsUs[index(nextToReport + i)];
        }
        int covered = writer.transportFeedback(
                senderSsrc, mediaSsrc, feedbackCount++, (int) nextToReport & 0xFFFF, report, count);
        nextToReport += covered;
        if (nextToReport > highest) {
            deadlineNs = Deadline.NEVER;
        }
    }

    private static int index(long extSeq) {
        return (int) extSeq & WINDOW - 1;
    }
}
