// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.peer;

import io.parley.rtc.sdp.Codec;
import io.parley.rtc.sdp.SsrcGroup;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** What was negotiated for the packets that a peer sends in one media section. */
public final class ReceiveSection {
    private static final int PAYLOAD_TYPES = 128;

    private final String mid;
    private final boolean hasRids;
    private final Set<Integer> ssrcs;
    private final List<SsrcGroup> groups;
    private final int[] clockRates = new int[PAYLOAD_TYPES];
    private final int[] associated = new int[PAYLOAD_TYPES];
    private final boolean[] nack = new boolean[PAYLOAD_TYPES];

    /**
     * @param codecs as answered, RTX among them
     * @param hasRids whether streams are told apart by RID (RFC 8852)
     * @param ssrcs those that the peer's description names, if any
     * @param groups FID groups of the peer's description
     */
    public ReceiveSection(String mid, List<Codec> codecs, boolean hasRids, Set<Integer> ssrcs, List<SsrcGroup> groups) {
        this.mid = mid;
        this.hasRids = hasRids;
        this.ssrcs = Set.copyOf(ssrcs);
        this.groups = List.copyOf(groups);
        Arrays.fill(associated, -1);
        for (Codec codec : codecs) {
            clockRates[codec.payloadType()] = codec.clockRate();
            nack[codec.payloadType()] = codec.hasFeedback("nack");
            associated[codec.payloadType()] = codec.associatedPayloadType();
        }
    }

    public String mid() {
        return mid;
    }

    boolean hasRids() {
        return hasRids;
    }

    boolean names(int ssrc) {
        return ssrcs.contains(ssrc);
    }

    /** The SSRC that {@code rtxSsrc} repairs by a FID group (RFC 5576 s.4.2), or 0. */
    int repairedBy(int rtxSsrc) {
        for (SsrcGroup group : groups) {
            if (group.semantics().equals("FID")
                    && group.ssrcs().size() == 2
                    && group.ssrcs().get(1) == rtxSsrc) {
                return group.ssrcs().getFirst();
            }
        }
        return 0;
    }

    boolean accepts(int payloadType) {
        return clockRates[payloadType] != 0;
    }

    int clockRate(int payloadType) {
        return clockRates[payloadType];
    }

    boolean hasNack(int payloadType) {
        return nack[payloadType];
    }

    /** The payload type that an RTX one repairs, or -1 if it is no RTX. */
    int associated(int payloadType) {
        return associated[payloadType];
    }
}
