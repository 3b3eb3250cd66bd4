// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import io.parley.rtc.dtls.DtlsRole;
import io.parley.rtc.peer.PeerTransport;
import io.parley.rtc.rtp.ExtensionIds;
import io.parley.rtc.rtp.HeaderExtension;
import io.parley.rtc.rtp.codec.PayloadCodec;
import io.parley.rtc.sctp.SctpSettings;
import io.parley.rtc.sdp.Candidate;
import io.parley.rtc.sdp.Codec;
import io.parley.rtc.sdp.Direction;
import io.parley.rtc.sdp.MediaDescription;
import io.parley.rtc.sdp.SessionDescription;
import io.parley.rtc.sdp.Setup;
import io.parley.rtc.sdp.SsrcGroup;
import io.parley.rtc.stream.SendStream;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What our offers and answers have in common. */
final class Sections {
    private static final int SCTP_PORT = 5000;

    private Sections() {}

    static void describeTransport(MediaDescription section, PeerTransport peer) {
        section.ice = peer.ice().local();
        section.fingerprint = peer.localFingerprint();
    }

    /** All candidates go into the first section of the bundle, whose transport the others share. */
    static void describeCandidates(SessionDescription description, List<Candidate> candidates) {
        if (description.bundle.isEmpty()) {
            return;
        }
        MediaDescription first = description.byMid(description.bundle.getFirst());
        if (first != null) {
            first.candidates.addAll(candidates);
            first.endOfCandidates = true;
        }
    }

    /** Our side of the handshake, as the client's description of the transport leaves it to us. */
    static DtlsRole dtlsRole(MediaDescription theirs) {
        return theirs.setup == Setup.PASSIVE ? DtlsRole.CLIENT : DtlsRole.SERVER;
    }

    static void describeData(MediaDescription section) {
        section.sctpPort = SCTP_PORT;
        section.maxMessageSize = SctpSettings.DEFAULT.maxMessage();
    }

    /** The section carries a subscribed track. */
    static void describeTrack(MediaDescription section, Subscription subscription, SendStream stream, String streamId) {
        section.direction = Direction.SENDONLY;
        section.streamId = streamId;
        section.trackId = subscription.track.getSid();
        section.cname = stream.cname();
        section.ssrcs.add(stream.ssrc());
        if (stream.hasRtx()) {
            section.ssrcs.add(stream.rtxSsrc());
            section.ssrcGroups.add(new SsrcGroup("FID", List.of(stream.ssrc(), stream.rtxSsrc())));
        }
    }

    /** One id per URI inside a bundle (RFC 9143 s.8.4), so the sections' maps can be joined. */
    static ExtensionIds extensionIds(SessionDescription description) {
        Map<HeaderExtension, Integer> ids = new EnumMap<>(HeaderExtension.class);
        for (MediaDescription section : description.media) {
            section.extensions.forEach((uri, id) -> {
                HeaderExtension extension = HeaderExtension.of(uri);
                if (extension != null) {
                    ids.putIfAbsent(extension, id);
                }
            });
        }
        return new ExtensionIds(ids);
    }

    /** @param ofTrack which of the track's codecs @param codec of the section */
    record Match(int ofTrack, Codec codec) {}

    /**
     * The first of a track's codecs that a section can carry: by name, for H.264 with packetization mode 1 if there is one;
     * or null.
     */
    static @Nullable Match match(Subscription subscription, List<Codec> codecs) {
        List<@Nullable PayloadCodec> ofTrack = subscription.payloadCodecs();
        for (int i = 0; i < ofTrack.size(); i++) {
            Codec best = best(ofTrack.get(i), codecs);
            if (best != null) {
                return new Match(i, best);
            }
        }
        return null;
    }

    private static @Nullable Codec best(@Nullable PayloadCodec wanted, List<Codec> codecs) {
        Codec best = null;
        for (Codec codec : codecs) {
            if (wanted == null || !codec.is(wanted.encodingName())) {
                continue;
            }
            boolean preferred = "1".equals(codec.parameters().get("packetization-mode"));
            if (best == null || (preferred && !"1".equals(best.parameters().get("packetization-mode")))) {
                best = codec;
            }
        }
        return best;
    }
}
