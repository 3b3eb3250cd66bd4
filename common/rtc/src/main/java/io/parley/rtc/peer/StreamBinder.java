// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.peer;

import io.parley.rtc.buf.IntMap;
import io.parley.rtc.rtp.ExtensionIds;
import io.parley.rtc.rtp.HeaderExtension;
import io.parley.rtc.rtp.RtpHeader;
import io.parley.rtc.stream.ReceiveStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Ties SSRCs to media sections (RFC 8843 s.9.2): by MID and RID extension, else by the SSRCs of the description, else by
 * a payload type that only one section has. A binding holds across renegotiation and ICE restart, because senders drop
 * MID and RID once they saw a receiver report.
 */
final class StreamBinder {
    /** More SSRCs than any honest session has in use. */
    static final int MAX_STREAMS = 256;

    /** A stream silent for this long is over once another takes its place. */
    static final long IDLE_NS = 10_000_000_000L;

    private final IntMap<ReceiveStream> streams = new IntMap<>();
    private List<ReceiveSection> sections = List.of();
    private ExtensionIds extensions = ExtensionIds.NONE;

    /** Why the last packet was not bound. */
    private DropReason refusal = DropReason.UNBOUND;

    void onNegotiated(List<ReceiveSection> negotiated, ExtensionIds ids) {
        sections = List.copyOf(negotiated);
        extensions = ids;
        for (ReceiveStream stream : streams.values()) {
            if (section(stream.mid()) == null) {
                streams.remove(stream.ssrc());
            }
        }
    }

    @Nullable
    ReceiveStream find(int ssrc) {
        return streams.get(ssrc);
    }

    List<ReceiveStream> all() {
        return streams.values();
    }

    int size() {
        return streams.size();
    }

    @Nullable
    ReceiveSection section(String mid) {
        for (int i = 0; i < sections.size(); i++) {
            if (sections.get(i).mid().equals(mid)) {
                return sections.get(i);
            }
        }
        return null;
    }

    /** Binds a new SSRC by its first packet, or gives null for the reason that {@link #refusal} names. */
    @Nullable
    ReceiveStream bind(long nowNs, RtpHeader header, byte[] buf) {
        ReceiveSection section = sectionOf(header, buf);
        if (section == null) {
            return refuse(DropReason.UNBOUND);
        }
        int payloadType = header.payloadType();
        if (!section.accepts(payloadType)) {
            return refuse(DropReason.UNKNOWN_PAYLOAD_TYPE);
        }
        boolean isRtx = section.associated(payloadType) >= 0;
        String rid = text(header, buf, isRtx ? HeaderExtension.REPAIRED_RID : HeaderExtension.RID);
        if (section.hasRids() && rid.isEmpty()) {
            return refuse(DropReason.NO_RID);
        }
        ReceiveStream repairs = isRtx ? repaired(section, header.ssrc(), rid) : null;
        if (isRtx && repairs == null) {
            return refuse(DropReason.NOTHING_TO_REPAIR);
        }
        dropSucceeded(nowNs, section, rid, isRtx);
        if (streams.size() >= MAX_STREAMS) {
            return refuse(DropReason.TOO_MANY_SSRCS);
        }
        ReceiveStream stream = new ReceiveStream(
                header.ssrc(),
                section.mid(),
                rid,
                section.clockRate(payloadType),
                !isRtx && section.hasNack(payloadType),
                repairs);
        streams.put(header.ssrc(), stream);
        return stream;
    }

    DropReason refusal() {
        return refusal;
    }

    private @Nullable ReceiveStream refuse(DropReason reason) {
        refusal = reason;
        return null;
    }

    /**
     * A section is used again for track after track, each with an SSRC of its own: the ones before go, unless they are
     * named by the description or were heard just now.
     */
    private void dropSucceeded(long nowNs, ReceiveSection section, String rid, boolean isRtx) {
        for (ReceiveStream stream : streams.values()) {
            boolean isSucceeded = (stream.repairs() != null) == isRtx
                    && stream.mid().equals(section.mid())
                    && stream.rid().equals(rid)
                    && !section.names(stream.ssrc())
                    && nowNs - stream.lastHeardNs() > IDLE_NS;
            if (isSucceeded) {
                streams.remove(stream.ssrc());
            }
        }
    }

    private @Nullable ReceiveSection sectionOf(RtpHeader header, byte[] buf) {
        String mid = text(header, buf, HeaderExtension.MID);
        if (!mid.isEmpty()) {
            return section(mid);
        }
        ReceiveSection byPayloadType = null;
        boolean isUnique = true;
        for (ReceiveSection section : sections) {
            if (section.names(header.ssrc())) {
                return section;
            }
            if (section.accepts(header.payloadType())) {
                isUnique = byPayloadType == null;
                byPayloadType = section;
            }
        }
        return isUnique ? byPayloadType : null;
    }

    private @Nullable ReceiveStream repaired(ReceiveSection section, int rtxSsrc, String rid) {
        int named = section.repairedBy(rtxSsrc);
        if (named != 0) {
            return streams.get(named);
        }
        ReceiveStream candidate = null;
        for (ReceiveStream stream : streams.values()) {
            boolean matches = stream.repairs() == null
                    && stream.mid().equals(section.mid())
                    && stream.rid().equals(rid);
            if (matches && (candidate == null || stream.lastHeardNs() > candidate.lastHeardNs())) {
                candidate = stream; // there is one, unless the sender began another
            }
        }
        return candidate;
    }

    private String text(RtpHeader header, byte[] buf, HeaderExtension extension) {
        int id = extensions.of(extension);
        int off = id == 0 ? -1 : header.findExtension(id);
        return off < 0 ? "" : new String(buf, off, header.extensionLength(), StandardCharsets.UTF_8);
    }
}
