// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.rtcp;

import io.parley.rtc.buf.Bytes;

/**
 * A view of one transport-wide feedback packet (draft-holmer-rmcat-transport-wide-cc-extensions-01 s.3.1), walked with
 * {@link #next}: packet after packet its sequence number and, if it arrived, when on the receiver's clock.
 */
public final class TransportFeedback {
    static final int REFERENCE_UNIT_MS = 64;
    static final int DELTA_UNIT_US = 250;

    private static final int NOT_RECEIVED = 0;
    private static final int SMALL_DELTA = 1;
    private static final int LARGE_DELTA = 2;

    private byte[] buf = new byte[0];
    private int statusCount;
    private int baseSeq;
    private int index;
    private int chunkAt;
    private int inChunk;
    private int deltaAt;
    private long arrivalUs;
    private boolean isReceived;
    private int feedbackCount;

    boolean wrap(byte[] buf, int at, int end) {
        this.buf = buf;
        baseSeq = Bytes.u16(buf, at + 12);
        statusCount = Bytes.u16(buf, at + 14);
        int reference = Bytes.u24(buf, at + 16) << 8 >> 8;
        feedbackCount = Bytes.u8(buf, at + 19);
        chunkAt = at + 20;
        int covered = 0;
        int deltaBytes = 0;
        int chunk = chunkAt;
        while (covered < statusCount) {
            if (chunk + 2 > end) {
                return false;
            }
            int symbols = Math.min(symbolsIn(chunk), statusCount - covered);
            for (int i = 0; i < symbols; i++) {
                deltaBytes += deltaBytes(symbol(chunk, i));
            }
            covered += symbols;
            chunk += 2;
        }
        deltaAt = chunk;
        index = -1;
        inChunk = -1;
        arrivalUs = (long) reference * REFERENCE_UNIT_MS * 1000;
        return chunk + deltaBytes <= end;
    }

    /** Moves to the next packet reported on; false at the end. */
    public boolean next() {
        if (++index >= statusCount) {
            return false;
        }
        if (++inChunk >= symbolsIn(chunkAt)) {
            chunkAt += 2;
            inChunk = 0;
        }
        int symbol = symbol(chunkAt, inChunk);
        isReceived = symbol == SMALL_DELTA || symbol == LARGE_DELTA;
        if (symbol == SMALL_DELTA) {
            arrivalUs += (long) Bytes.u8(buf, deltaAt) * DELTA_UNIT_US;
        } else if (symbol == LARGE_DELTA) {
            arrivalUs += (long) (short) Bytes.u16(buf, deltaAt) * DELTA_UNIT_US;
        }
        deltaAt += deltaBytes(symbol);
        return true;
    }

    public int seq() {
        return baseSeq + index & 0xFFFF;
    }

    public boolean isReceived() {
        return isReceived;
    }

    /** On the receiver's clock, whose reference time wraps every 12.4 days. */
    public long arrivalUs() {
        return arrivalUs;
    }

    public int feedbackCount() {
        return feedbackCount;
    }

    private int symbolsIn(int chunk) {
        int value = Bytes.u16(buf, chunk);
        if ((value & 0x8000) == 0) {
            return Math.max(1, value & 0x1FFF); // a run of nothing would never end
        }
        return (value & 0x4000) == 0 ? 14 : 7;
    }

    private int symbol(int chunk, int position) {
        int value = Bytes.u16(buf, chunk);
        if ((value & 0x8000) == 0) {
            return value >>> 13 & 3;
        }
        return (value & 0x4000) == 0 ? value >>> 13 - position & 1 : value >>> 12 - 2 * position & 3;
    }

    private static int deltaBytes(int symbol) {
        return switch (symbol) {
            case NOT_RECEIVED -> 0;
            case SMALL_DELTA -> 1;
            case LARGE_DELTA -> 2;
            default -> 0; // reserved
        };
    }
}
