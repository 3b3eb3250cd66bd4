// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.peer;

import io.parley.rtc.buf.IntMap;
import io.parley.rtc.rtcp.RtcpReader;
import io.parley.rtc.stream.ReceiveStream;
import io.parley.rtc.stream.SendStream;

/** Takes one peer's RTCP, once it proved authentic, to the streams that it is about. Owned by the peer's shard. */
final class RtcpReceiver {
    private final StreamBinder received;
    private final IntMap<SendStream> sent;
    private final RtcpReporter reporter;
    private final PeerCounters counters;
    private final PeerTransport.Listener listener;
    private final RtcpReader reader = new RtcpReader();

    RtcpReceiver(
            StreamBinder received,
            IntMap<SendStream> sent,
            RtcpReporter reporter,
            PeerCounters counters,
            PeerTransport.Listener listener) {
        this.received = received;
        this.sent = sent;
        this.reporter = reporter;
        this.counters = counters;
        this.listener = listener;
    }

    void onCompound(long nowNs, byte[] buf, int off, int plainLen) {
        if (!reader.wrap(buf, off, plainLen)) {
            counters.count(DropReason.MALFORMED);
            return;
        }
        while (reader.next()) {
            onPacket(nowNs);
        }
    }

    private void onPacket(long nowNs) {
        switch (reader.type()) {
            case RtcpReader.SENDER_REPORT -> {
                ReceiveStream stream = received.find(reader.senderSsrc());
                if (stream != null) {
                    stream.onSenderReport(nowNs, reader.ntpTime(), reader.rtpTime());
                    listener.onSenderReport(nowNs, stream);
                }
                onReportBlocks(nowNs);
            }
            case RtcpReader.RECEIVER_REPORT -> onReportBlocks(nowNs);
            case RtcpReader.TRANSPORT_FEEDBACK -> {
                if (reader.count() == RtcpReader.FMT_NACK) {
                    onNack(nowNs);
                }
            }
            case RtcpReader.PAYLOAD_FEEDBACK -> onPayloadFeedback(nowNs);
            case RtcpReader.EXTENDED_REPORT -> reporter.onExtendedReport(nowNs, reader);
            default -> {
                // SDES, BYE, APP: signalling tells us who is there
            }
        }
    }

    private void onReportBlocks(long nowNs) {
        for (int i = 0; i < reader.count(); i++) {
            SendStream stream = sent.get(reader.reportSsrc(i));
            if (stream != null) {
                stream.onReport(nowNs, reader, i);
            }
        }
    }

    private void onNack(long nowNs) {
        SendStream stream = sent.get(reader.mediaSsrc());
        if (stream == null) {
            counters.count(DropReason.UNKNOWN_STREAM);
            return;
        }
        for (int i = 0; i < reader.nackCount(); i++) {
            counters.add(PeerCounter.NACKS_IN, 1 + Integer.bitCount(reader.nackBitmask(i)));
            listener.onNack(nowNs, stream, reader.nackPacketId(i), reader.nackBitmask(i));
        }
    }

    private void onPayloadFeedback(long nowNs) {
        if (reader.count() == RtcpReader.FMT_PLI) {
            onKeyFrameRequest(nowNs, reader.mediaSsrc());
        } else if (reader.count() == RtcpReader.FMT_FIR) {
            for (int i = 0; i < reader.firCount(); i++) {
                onKeyFrameRequest(nowNs, reader.firSsrc(i));
            }
        }
    }

    private void onKeyFrameRequest(long nowNs, int ssrc) {
        SendStream stream = sent.get(ssrc);
        if (stream == null) {
            counters.count(DropReason.UNKNOWN_STREAM);
            return;
        }
        counters.count(PeerCounter.PLIS_IN);
        listener.onKeyFrameRequest(nowNs, stream);
    }
}
