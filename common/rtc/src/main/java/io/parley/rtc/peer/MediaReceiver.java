// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.peer;

import io.parley.rtc.buf.Bytes;
import io.parley.rtc.rtp.ExtensionIds;
import io.parley.rtc.rtp.HeaderExtension;
import io.parley.rtc.rtp.RtpHeader;
import io.parley.rtc.stream.NackGenerator;
import io.parley.rtc.stream.ReceiveStream;
import java.util.List;

/**
 * What one peer's RTP packets go through once they proved authentic: the stream they belong to, its statistics and
 * losses, RTX undone. Owned by the peer's shard.
 */
final class MediaReceiver {
    private final StreamBinder binder;
    private final RtcpReporter reporter;
    private final PeerCounters counters;
    private final PeerTransport.Listener listener;
    private final InboundPacket inbound = new InboundPacket();
    private ExtensionIds extensions = ExtensionIds.NONE;

    MediaReceiver(StreamBinder binder, RtcpReporter reporter, PeerCounters counters, PeerTransport.Listener listener) {
        this.binder = binder;
        this.reporter = reporter;
        this.counters = counters;
        this.listener = listener;
    }

    void onNegotiated(List<ReceiveSection> sections, ExtensionIds ids) {
        extensions = ids;
        binder.onNegotiated(sections, ids);
    }

    /** @param header of the packet at {@code off} */
    void onPacket(long nowNs, RtpHeader header, byte[] buf, int off, int plainLen) {
        noteArrival(nowNs, header, buf);
        ReceiveStream stream = binder.find(header.ssrc());
        if (stream == null) {
            stream = binder.bind(nowNs, header, buf);
            if (stream == null) {
                counters.count(binder.refusal());
                return;
            }
        }
        long extSeq = stream.extend(header.seq());
        stream.onPacket(nowNs, extSeq, header.timestamp());
        int padding = header.paddingLength(plainLen);
        int payloadLen = plainLen - header.headerLength() - padding;
        if (padding < 0) {
            counters.count(DropReason.MALFORMED);
            return;
        }
        inbound.stream = stream;
        inbound.buf = buf;
        inbound.extSeq = extSeq;
        inbound.timestamp = header.timestamp();
        inbound.payloadType = header.payloadType();
        inbound.hasMarker = header.hasMarker();
        inbound.payloadOff = off + header.headerLength();
        inbound.payloadLen = payloadLen;
        ReceiveStream repaired = stream.repairs();
        counters.count(repaired == null ? PeerCounter.PACKETS_IN : PeerCounter.RTX_PACKETS_IN);
        counters.add(repaired == null ? PeerCounter.BYTES_IN : PeerCounter.RTX_BYTES_IN, plainLen);
        if (repaired != null) {
            if (!unwrapRtx(stream, repaired)) {
                return;
            }
            stream = repaired;
        }
        NackGenerator nack = stream.nack();
        if (nack != null) {
            if (!nack.onPacket(nowNs, inbound.extSeq)) {
                listener.onStreamBroken(nowNs, stream);
            }
            reporter.onLosses(nack);
        }
        listener.onPacket(nowNs, inbound);
        inbound.stream = null;
    }

    /** RFC 4588 s.4: the payload begins with the original sequence number. */
    private boolean unwrapRtx(ReceiveStream rtx, ReceiveStream original) {
        if (inbound.payloadLen < 2) {
            counters.count(DropReason.PADDING); // bandwidth probes are empty RTX packets
            return false;
        }
        ReceiveSection section = binder.section(rtx.mid());
        int associated = section == null ? -1 : section.associated(inbound.payloadType);
        if (associated < 0) {
            counters.count(DropReason.UNKNOWN_PAYLOAD_TYPE);
            return false;
        }
        inbound.stream = original;
        inbound.payloadType = associated;
        inbound.extSeq = original.extend(Bytes.u16(inbound.buf, inbound.payloadOff));
        inbound.payloadOff += 2;
        inbound.payloadLen -= 2;
        return true;
    }

    private void noteArrival(long nowNs, RtpHeader header, byte[] buf) {
        int id = extensions.of(HeaderExtension.TRANSPORT_SEQUENCE);
        int at = id == 0 ? -1 : header.findExtension(id);
        if (at >= 0 && header.extensionLength() == 2) {
            reporter.onArrival(nowNs, Bytes.u16(buf, at), header.ssrc());
        }
    }
}
