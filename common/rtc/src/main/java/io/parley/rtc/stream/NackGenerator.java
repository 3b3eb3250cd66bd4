// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.stream;

import io.parley.rtc.rtcp.RtcpWriter;
import io.parley.rtc.time.Deadline;

/**
 * Which packets of one received stream are missing, and when to ask for them (again). LiveKit: NackQueue. The first
 * request waits out reordering; later ones wait a round trip, growing by a quarter each time.
 */
public final class NackGenerator {
    /** How often a packet is asked for. */
    public static final int MAX_TRIES = 6;

    private static final long MS = 1_000_000L;
    private static final int MAX_MISSING = 128;
    private static final long REORDER_NS = 20 * MS;
    private static final long MIN_INTERVAL_NS = 20 * MS;
    private static final long MAX_INTERVAL_NS = 400 * MS;

    /** Missing numbers in ascending order, with tries made and the time of the next one. */
    private final long[] missing = new long[MAX_MISSING];

    private final int[] tries = new int[MAX_MISSING];
    private final long[] nextAtNs = new long[MAX_MISSING];
    private int size;
    private long highest = -1;

    /** The earliest to come; what precedes it was never seen to exist. */
    private long lowest;

    /**
     * A packet arrived, from the stream itself or from its RTX.
     *
     * @return false if the stream jumped so far ahead that what lies between is given up
     */
    public boolean onPacket(long nowNs, long extSeq) {
        if (highest < 0) {
            highest = extSeq;
            lowest = extSeq;
            return true;
        }
        if (extSeq < lowest) {
            addBefore(nowNs + REORDER_NS, extSeq);
            return true;
        }
        if (extSeq <= highest) {
            remove(extSeq);
            return true;
        }
        long gap = extSeq - highest - 1;
        boolean recoverable = gap <= MAX_MISSING;
        if (!recoverable) {
            size = 0;
        } else {
            for (long lost = highest + 1; lost < extSeq; lost++) {
                add(lost, nowNs + REORDER_NS);
            }
        }
        highest = extSeq;
        return recoverable;
    }

    public long nextDeadlineNs() {
        long next = Deadline.NEVER;
        for (int i = 0; i < size; i++) {
            next = Deadline.earlier(next, nextAtNs[i]);
        }
        return next;
    }

    /**
     * Writes one NACK packet with everything that is due, if anything is.
     *
     * @param rttNs round trip to the sender
     * @return how many packets were asked for
     */
    public int writeDue(long nowNs, long rttNs, RtcpWriter writer, int senderSsrc, int mediaSsrc) {
        int asked = 0;
        int packetId = 0;
        int mask = 0;
        for (int i = 0; i < size; i++) {
            if (!Deadline.isDue(nextAtNs[i], nowNs)) {
                continue;
            }
            if (tries[i] == MAX_TRIES) {
                nextAtNs[i] = Deadline.NEVER; // given up, dropped below
                continue;
            }
            long interval = (long) (rttNs * Math.pow(1.25, tries[i]));
            tries[i]++;
            nextAtNs[i] = nowNs + Math.clamp(interval, MIN_INTERVAL_NS, MAX_INTERVAL_NS);
            int seq = (int) missing[i] & 0xFFFF;
            int distance = seq - packetId - 1 & 0xFFFF;
            if (asked > 0 && distance < 16) {
                mask |= 1 << distance;
            } else {
                if (asked == 0) {
                    writer.beginNack(senderSsrc, mediaSsrc);
                } else {
                    writer.nackPair(packetId, mask);
                }
                packetId = seq;
                mask = 0;
            }
            asked++;
        }
        if (asked > 0) {
            writer.nackPair(packetId, mask);
            writer.endNack();
        }
        dropGivenUp();
        return asked;
    }

    private void add(long extSeq, long atNs) {
        if (size == MAX_MISSING) {
            removeAt(0); // the oldest is the least useful
        }
        insert(size, extSeq, atNs);
    }

    /** The first to come had overtaken an earlier one: what lies between is missing too. */
    private void addBefore(long atNs, long earlier) {
        for (long lost = lowest - 1; lost > earlier && size < MAX_MISSING; lost--) {
            insert(0, lost, atNs);
        }
        lowest = earlier;
    }

    private void insert(int index, long extSeq, long atNs) {
        int behind = size - index;
        System.arraycopy(missing, index, missing, index + 1, behind);
        System.arraycopy(tries, index, tries, index + 1, behind);
        System.arraycopy(nextAtNs, index, nextAtNs, index + 1, behind);
        missing[index] = extSeq;
        tries[index] = 0;
        nextAtNs[index] = atNs;
        size++;
    }

    private void remove(long extSeq) {
        for (int i = 0; i < size; i++) {
            if (missing[i] == extSeq) {
                removeAt(i);
                return;
            }
        }
    }

    private void dropGivenUp() {
        for (int i = size - 1; i >= 0; i--) {
            if (nextAtNs[i] == Deadline.NEVER) {
                removeAt(i);
            }
        }
    }

    private void removeAt(int index) {
        int behind = size - index - 1;
        System.arraycopy(missing, index + 1, missing, index, behind);
        System.arraycopy(tries, index + 1, tries, index, behind);
        System.arraycopy(nextAtNs, index + 1, nextAtNs, index, behind);
        size--;
    }
}
