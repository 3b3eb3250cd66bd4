// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.peer;

import io.parley.rtc.buf.IntMap;
import io.parley.rtc.buf.Slot;
import io.parley.rtc.cc.ArrivalRecorder;
import io.parley.rtc.rtcp.RtcpReader;
import io.parley.rtc.rtcp.RtcpWriter;
import io.parley.rtc.stream.NackGenerator;
import io.parley.rtc.stream.ReceiveStream;
import io.parley.rtc.stream.SendStream;
import io.parley.rtc.time.Deadline;
import java.nio.charset.StandardCharsets;

/**
 * The RTCP that one peer gets from us, each kind by its own timer: reports with descriptions, NACKs, transport-wide
 * feedback; and requests for key frames at once. Owned by the peer's shard.
 */
final class RtcpReporter {
    private static final long REPORT_INTERVAL_NS = 1_000_000_000L;

    /** An early report lets the receiver bring audio and video together. */
    private static final long FIRST_REPORT_NS = 200_000_000L;

    private static final int MAX_BYTES = 1200;
    private static final int MAX_REPORT_BLOCKS = 31;

    /** Sender report and the frame of a description around its CNAME. */
    private static final int SENDER_REPORT_BYTES = 28 + 16;

    private final SecureOutbox outbox;
    private final StreamBinder received;
    private final IntMap<SendStream> sent;
    private final PeerTransport.Listener listener;
    private final PeerCounters counters;

    /** SSRC under which we report and request, unlike any stream's. */
    private final int ssrc;

    private final ArrivalRecorder arrivals = new ArrivalRecorder();
    private final RtcpWriter writer = new RtcpWriter();
    private final ReferenceTimes references = new ReferenceTimes();
    private final SenderClock clock = new SenderClock();
    private long reportAtNs = Deadline.NEVER;
    private long nackAtNs = Deadline.NEVER;

    RtcpReporter(
            SecureOutbox outbox,
            StreamBinder received,
            IntMap<SendStream> sent,
            PeerTransport.Listener listener,
            PeerCounters counters,
            int ssrc) {
        this.outbox = outbox;
        this.received = received;
        this.sent = sent;
        this.listener = listener;
        this.counters = counters;
        this.ssrc = ssrc;
    }

    /** The peer connected, or a stream was added: a report is due soon. */
    void onStream(long nowNs) {
        reportAtNs = Deadline.earlier(reportAtNs, nowNs + FIRST_REPORT_NS);
    }

    /** A packet with a transport-wide number came. */
    void onArrival(long nowNs, int transportSeq, int mediaSsrc) {
        arrivals.onPacket(nowNs, transportSeq, mediaSsrc);
    }

    /** A stream's losses changed. */
    void onLosses(NackGenerator nack) {
        nackAtNs = Deadline.earlier(nackAtNs, nack.nextDeadlineNs());
    }

    long nextDeadlineNs() {
        return Deadline.earlier(Deadline.earlier(reportAtNs, nackAtNs), arrivals.nextDeadlineNs());
    }

    void onDeadline(long nowNs) {
        if (Deadline.isDue(nackAtNs, nowNs)) {
            sendNacks(nowNs);
        }
        while (Deadline.isDue(arrivals.nextDeadlineNs(), nowNs)) {
            begin();
            arrivals.writeFeedback(writer, ssrc);
            commit();
        }
        if (Deadline.isDue(reportAtNs, nowNs)) {
            reportAtNs = nowNs + REPORT_INTERVAL_NS;
            sendReports(nowNs);
        }
    }

    /** PLI, since every WebRTC endpoint knows it. */
    void requestKeyFrame(ReceiveStream stream) {
        begin();
        counters.count(PeerCounter.PLIS_OUT);
        writer.pictureLossIndication(ssrc, stream.ssrc());
        commit();
    }

    private void sendNacks(long nowNs) {
        nackAtNs = Deadline.NEVER;
        for (ReceiveStream stream : received.all()) {
            NackGenerator nack = stream.nack();
            if (nack == null) {
                continue;
            }
            if (Deadline.isDue(nack.nextDeadlineNs(), nowNs)) {
                begin();
                int asked = nack.writeDue(nowNs, rttNs(), writer, ssrc, stream.ssrc());
                counters.add(PeerCounter.NACKS_OUT, asked);
                commit();
            }
            onLosses(nack);
        }
    }

    void onExtendedReport(long nowNs, RtcpReader reader) {
        references.onReport(nowNs, reader, ssrc);
    }

    private boolean isSending() {
        for (SendStream stream : sent.values()) {
            if (stream.packets() > 0) {
                return true;
            }
        }
        return false;
    }

    /** As our send streams measure it, else by reference times; a default until either does. */
    long rttNs() {
        for (SendStream stream : sent.values()) {
            if (stream.isHeard()) {
                return stream.rttNs();
            }
        }
        return references.rttNs() > 0 ? references.rttNs() : SendStream.DEFAULT_RTT_NS;
    }

    private void sendReports(long nowNs) {
        begin();
        int blocks = 0;
        writer.beginReceiverReport(ssrc);
        for (ReceiveStream stream : received.all()) {
            if (!stream.isHeardSinceReport()) {
                continue;
            }
            if (blocks == MAX_REPORT_BLOCKS) {
                writer.endReport();
                commit();
                begin();
                writer.beginReceiverReport(ssrc);
                blocks = 0;
            }
            stream.writeReportBlock(nowNs, writer);
            blocks++;
        }
        writer.endReport();
        if (writer.remaining() < ReferenceTimes.maxBytes()) {
            commit();
            begin();
        }
        references.write(nowNs, writer, ssrc, received.size() > 0 && !isSending());
        for (SendStream stream : sent.values()) {
            if (stream.packets() > 0 && listener.onReportDue(nowNs, stream, clock)) {
                sendSenderReport(nowNs, stream);
            }
        }
        commit();
    }

    private void sendSenderReport(long nowNs, SendStream stream) {
        int cnameBytes = stream.cname().getBytes(StandardCharsets.UTF_8).length;
        if (writer.remaining() < SENDER_REPORT_BYTES + cnameBytes) {
            commit();
            begin();
        }
        writer.beginSenderReport(stream.ssrc(), clock.ntp, clock.rtpTime, stream.packets(), stream.octets());
        writer.endReport();
        writer.sourceDescription(stream.ssrc(), stream.cname());
        stream.onReportSent(nowNs, clock.ntp);
    }

    private void begin() {
        writer.begin(outbox.packet(), Slot.HEADROOM, MAX_BYTES);
    }

    private void commit() {
        outbox.commitRtcp(writer.length());
    }
}
