// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.sdp;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One m-section. Mutable while it is built by one thread, handed over as a whole afterwards. */
public final class MediaDescription {
    public final MediaKind kind;
    public final String mid;

    /** Zero rejects the section (RFC 3264 s.6) unless it is bundle-only. */
    public int port = 9;

    public boolean bundleOnly;
    public String protocol = "UDP/TLS/RTP/SAVPF";
    public Direction direction = Direction.SENDRECV;
    public @Nullable IceCredentials ice;
    public @Nullable Fingerprint fingerprint;
    public @Nullable Setup setup;
    public boolean rtcpMux;
    public boolean rtcpReducedSize;

    /** Receivers measure the round trip by extended reports: {@code a=rtcp-xr:rcvr-rtt=all} (RFC 3611 s.5.1). */
    public boolean receiverRtt;

    public final List<Codec> codecs = new ArrayList<>();

    /** a=extmap: identifier by URI (RFC 8285 s.5). */
    public final Map<String, Integer> extensions = new LinkedHashMap<>();

    /** a=msid (RFC 8830): the stream's and the track's id; empty where absent. */
    public String streamId = "";

    public String trackId = "";
    public final Set<Integer> ssrcs = new LinkedHashSet<>();
    public final List<SsrcGroup> ssrcGroups = new ArrayList<>();
    public String cname = "";
    public final List<Rid> rids = new ArrayList<>();

    /** The value of a=simulcast, or "" (RFC 8853). */
    public String simulcast = "";

    public final List<Candidate> candidates = new ArrayList<>();
    public boolean endOfCandidates;

    /** Of a data channel section (RFC 8841): 0 where absent. */
    public int sctpPort;

    public long maxMessageSize;

    public MediaDescription(MediaKind kind, String mid) {
        this.kind = kind;
        this.mid = mid;
    }

    public boolean isRejected() {
        return port == 0 && !bundleOnly;
    }

    /** The RTX payload type that repairs {@code payloadType}, or -1. */
    public int rtxPayloadType(int payloadType) {
        for (Codec codec : codecs) {
            if (codec.associatedPayloadType() == payloadType) {
                return codec.payloadType();
            }
        }
        return -1;
    }
}
