// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.rtcp;

import io.parley.rtc.buf.Bytes;
import java.nio.charset.StandardCharsets;

/**
 * Writes a compound packet in place: {@link #begin}, packets, {@link #length}. The caller minds the datagram size with
 * {@link #remaining}. Reused by one thread.
 */
public final class RtcpWriter {
    private static final int VERSION = 0x80;

    private byte[] buf = new byte[0];
    private int start;
    private int at;
    private int limit;
    private int packetAt;

    /** @param maxLength most bytes that the compound may take */
    public RtcpWriter begin(byte[] buf, int off, int maxLength) {
        this.buf = buf;
        start = off;
        at = off;
        limit = off + maxLength;
        return this;
    }

    public int length() {
        return at - start;
    }

    public int remaining() {
        return limit - at;
    }

    /** Begins a sender report; {@link #reportBlock} may follow up to 31 times, then {@link #endReport}. */
    public void beginSenderReport(int ssrc, long ntp, int rtpTime, long packets, long octets) {
        header(RtcpReader.SENDER_REPORT, 0, ssrc);
        Bytes.putI64(buf, at, ntp);
        Bytes.putI32(buf, at + 8, rtpTime);
        Bytes.putI32(buf, at + 12, (int) packets);
        Bytes.putI32(buf, at + 16, (int) octets);
        at += 20;
    }

    public void beginReceiverReport(int ssrc) {
        header(RtcpReader.RECEIVER_REPORT, 0, ssrc);
    }

    /**
     * @param fractionLost 0..255 of 256
     * @param cumulativeLost clamped to signed 24 bits
     */
    public void reportBlock(
            int ssrc,
            int fractionLost,
            int cumulativeLost,
            int extendedHighestSeq,
            int jitter,
            int lastSenderReport,
            int delaySinceLastSenderReport) {
        Bytes.putI32(buf, at, ssrc);
        Bytes.putU8(buf, at + 4, fractionLost);
        Bytes.putU24(buf, at + 5, Math.clamp(cumulativeLost, -0x800000, 0x7FFFFF));
        Bytes.putI32(buf, at + 8, extendedHighestSeq);
        Bytes.putI32(buf, at + 12, jitter);
        Bytes.putI32(buf, at + 16, lastSenderReport);
        Bytes.putI32(buf, at + 20, delaySinceLastSenderReport);
        at += RtcpReader.REPORT_BLOCK_BYTES;
        buf[packetAt]++;
    }

    public void endReport() {
        end();
    }

    /** One chunk with a CNAME (RFC 3550 s.6.5). @param cname at most 255 bytes of UTF-8 */
    public void sourceDescription(int ssrc, String cname) {
        byte[] text = cname.getBytes(StandardCharsets.UTF_8);
        header(RtcpReader.SOURCE_DESCRIPTION, 1, ssrc);
        buf[at] = 1;
        buf[at + 1] = (byte) text.length;
        System.arraycopy(text, 0, buf, at + 2, text.length);
        at += 2 + text.length;
        // The item list ends with one zero byte at least, and the chunk at a word (s.6.5).
        do {
            buf[at++] = 0;
        } while ((at - packetAt & 3) != 0);
        end();
    }

    /** Blocks follow, then {@link #endReport} (RFC 3611). */
    public void beginExtendedReport(int ssrc) {
        header(RtcpReader.EXTENDED_REPORT, 0, ssrc);
    }

    public void referenceTime(long ntp) {
        word(RtcpReader.BLOCK_REFERENCE_TIME << 24 | 2);
        Bytes.putI64(buf, at, ntp);
        at += 8;
    }

    /** As many calls of {@link #delay} follow. */
    public void beginDelays(int count) {
        word(RtcpReader.BLOCK_DELAY_SINCE_REFERENCE << 24 | 3 * count);
    }

    public void delay(int ssrc, int lastReference, int delaySinceReference) {
        word(ssrc);
        word(lastReference);
        word(delaySinceReference);
    }

    public void pictureLossIndication(int senderSsrc, int mediaSsrc) {
        header(RtcpReader.PAYLOAD_FEEDBACK, RtcpReader.FMT_PLI, senderSsrc);
        word(mediaSsrc);
        end();
    }

    public void fullIntraRequest(int senderSsrc, int mediaSsrc, int commandSequence) {
        header(RtcpReader.PAYLOAD_FEEDBACK, RtcpReader.FMT_FIR, senderSsrc);
        word(0);
        word(mediaSsrc);
        word(commandSequence << 24);
        end();
    }

    public void beginNack(int senderSsrc, int mediaSsrc) {
        header(RtcpReader.TRANSPORT_FEEDBACK, RtcpReader.FMT_NACK, senderSsrc);
        word(mediaSsrc);
    }

    public void nackPair(int packetId, int bitmask) {
        word(packetId << 16 | bitmask);
    }

    public void endNack() {
        end();
    }

    /**
     * Writes transport-wide feedback for consecutive packets. Deltas have a quarter millisecond; a packet whose delta
     * does not fit 16 bits ends the feedback early.
     *
     * @param arrivalsUs arrival times, or a negative number for a packet that did not arrive; index 0 is
     *     {@code baseSeq} and must have arrived
     * @param count packets to report on; the caller leaves 24 + 4 * count bytes
     * @return how many packets the feedback covers, at least 1
     */
    public int transportFeedback(
            int senderSsrc, int mediaSsrc, int feedbackCount, int baseSeq, long[] arrivalsUs, int count) {
        long referenceUs = Math.floorDiv(arrivalsUs[0], TransportFeedback.REFERENCE_UNIT_MS * 1000L)
                * TransportFeedback.REFERENCE_UNIT_MS
                * 1000L;
        int covered = coverable(arrivalsUs, count, referenceUs);
        header(RtcpReader.TRANSPORT_FEEDBACK, RtcpReader.FMT_TRANSPORT_CC, senderSsrc);
        word(mediaSsrc);
        word(baseSeq << 16 | covered);
        word((int) (referenceUs / (TransportFeedback.REFERENCE_UNIT_MS * 1000L)) << 8 | feedbackCount & 0xFF);
        writeChunks(arrivalsUs, covered, referenceUs);
        long clock = referenceUs;
        for (int i = 0; i < covered; i++) {
            if (arrivalsUs[i] >= 0) {
                int delta = delta(arrivalsUs[i], clock);
                clock += (long) delta * TransportFeedback.DELTA_UNIT_US;
                if (delta >= 0 && delta <= 255) {
                    buf[at++] = (byte) delta;
                } else {
                    Bytes.putU16(buf, at, delta);
                    at += 2;
                }
            }
        }
        while ((at - packetAt & 3) != 0) {
            buf[at++] = 0;
        }
        end();
        return covered;
    }

    private static int delta(long arrivalUs, long clockUs) {
        return Math.clamp(
                Math.floorDiv(arrivalUs - clockUs, TransportFeedback.DELTA_UNIT_US),
                Integer.MIN_VALUE,
                Integer.MAX_VALUE);
    }

    private static int coverable(long[] arrivalsUs, int count, long referenceUs) {
        long clock = referenceUs;
        for (int i = 0; i < count; i++) {
            if (arrivalsUs[i] >= 0) {
                int delta = delta(arrivalsUs[i], clock);
                if (delta != (short) delta) {
                    return i;
                }
                clock += (long) delta * TransportFeedback.DELTA_UNIT_US;
            }
        }
        return count;
    }

    /** Status vectors of seven two-bit symbols, or a run where at least seven symbols are the same. */
    private void writeChunks(long[] arrivalsUs, int count, long referenceUs) {
        long clock = referenceUs;
        int i = 0;
        while (i < count) {
            long runClock = clock;
            int first = symbol(arrivalsUs[i], runClock);
            int run = 0;
            while (i + run < count && run < 0x1FFF && symbol(arrivalsUs[i + run], runClock) == first) {
                runClock = advance(arrivalsUs[i + run], runClock);
                run++;
            }
            if (run >= 7 || i + run == count) {
                Bytes.putU16(buf, at, first << 13 | run);
                clock = runClock;
                i += run;
            } else {
                int vector = 0xC000;
                for (int bit = 0; bit < 7 && i < count; bit++, i++) {
                    vector |= symbol(arrivalsUs[i], clock) << 12 - 2 * bit;
                    clock = advance(arrivalsUs[i], clock);
                }
                Bytes.putU16(buf, at, vector);
            }
            at += 2;
        }
    }

    private static int symbol(long arrivalUs, long clockUs) {
        if (arrivalUs < 0) {
            return 0;
        }
        int delta = delta(arrivalUs, clockUs);
        return delta >= 0 && delta <= 255 ? 1 : 2;
    }

    private static long advance(long arrivalUs, long clockUs) {
        return arrivalUs < 0 ? clockUs : clockUs + (long) delta(arrivalUs, clockUs) * TransportFeedback.DELTA_UNIT_US;
    }

    private void header(int type, int count, int ssrc) {
        packetAt = at;
        buf[at] = (byte) (VERSION | count);
        buf[at + 1] = (byte) type;
        Bytes.putI32(buf, at + 4, ssrc);
        at += 8;
    }

    private void word(int value) {
        Bytes.putI32(buf, at, value);
        at += 4;
    }

    private void end() {
        Bytes.putU16(buf, packetAt + 2, (at - packetAt) / 4 - 1);
    }
}
