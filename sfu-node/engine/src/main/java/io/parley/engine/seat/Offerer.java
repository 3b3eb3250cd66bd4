// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import io.parley.api.signal.ClientPlatform;
import io.parley.rtc.peer.PeerTransport;
import io.parley.rtc.rtp.HeaderExtension;
import io.parley.rtc.sdp.Codec;
import io.parley.rtc.sdp.Direction;
import io.parley.rtc.sdp.Fingerprint;
import io.parley.rtc.sdp.IceCredentials;
import io.parley.rtc.sdp.MediaDescription;
import io.parley.rtc.sdp.MediaKind;
import io.parley.rtc.sdp.SdpException;
import io.parley.rtc.sdp.SessionDescription;
import io.parley.rtc.sdp.Setup;
import io.parley.rtc.stream.SendStream;
import io.parley.rtc.time.Deadline;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes the offers of a client's subscriber peer connection (RFC 8829 s.5.2): data channels first, then a section for each
 * subscribed track; sections whose track went are given to the next of their kind. One offer is under way at a time.
 */
final class Offerer implements Negotiator {
    private static final long ANSWER_TIMEOUT_NS = 15_000_000_000L;

    /** LiveKit begins anywhere up to this. */
    private static final int MAX_FIRST_ID = 256;

    /** Ids of the extensions that we stamp; without transport-wide numbers until there is an estimator to feed. */
    private static final Map<HeaderExtension, Integer> VIDEO_EXTENSIONS =
            Map.of(HeaderExtension.MID, 3, HeaderExtension.DEPENDENCY_DESCRIPTOR, 8);

    private static final int PLAYOUT_DELAY_ID = 6;

    private static final Map<HeaderExtension, Integer> AUDIO_EXTENSIONS = Map.of(HeaderExtension.MID, 3);

    /** A media section; its mid is its index. */
    private static final class Section {
        final MediaKind kind;
        final String mid;
        List<Codec> codecs = List.of();

        /** What the present offer carries there. */
        @Nullable
        Subscription subscription;

        /** The client can't have this section any more. */
        boolean isRejected;

        Section(MediaKind kind, String mid) {
            this.kind = kind;
            this.mid = mid;
        }
    }

    private final Seat seat;
    private final SeatHost host;
    private final SeatPeer peer;
    private final Subscriptions subscriptions;
    private final boolean reusesSections;
    private final boolean hasData;
    private final List<Section> sections = new ArrayList<>();
    private final long sessionId;
    private long version;
    private int offerId;
    private long answerByNs = Deadline.NEVER;

    /** Something changed while an offer was under way. */
    private boolean isStale;

    /** @param hasData whether our data channels are on this connection, which is then offered even without tracks */
    Offerer(Seat seat, SeatHost host, SeatPeer peer, Subscriptions subscriptions, boolean hasData) {
        this.seat = seat;
        this.host = host;
        this.peer = peer;
        this.subscriptions = subscriptions;
        this.hasData = hasData;
        this.sessionId = host.random().nextLong() >>> 2;
        this.offerId = host.random().nextInt(MAX_FIRST_ID);
        // Safari shows the old picture in a section that is used again.
        this.reusesSections = seat.join().dialect().knowsSectionReuse()
                && !ClientPlatform.isSafari(seat.join().client());
    }

    /** The answer that is waited for is late; {@link Deadline#NEVER} while none is. */
    long nextDeadlineNs() {
        return answerByNs;
    }

    @Override
    public void negotiate(long nowNs) {
        if (isWaiting() || !seat.isSignalOpen()) {
            isStale = true;
            return;
        }
        if (sections.isEmpty() && !hasData && !subscriptions.lackSections()) {
            return;
        }
        isStale = false;
        answerByNs = nowNs + ANSWER_TIMEOUT_NS;
        PeerTransport transport = peer.open(nowNs);
        if (sections.isEmpty() && hasData) {
            sections.add(new Section(MediaKind.APPLICATION, "0"));
        }
        place();
        seat.sendOffer(offer(transport), ++offerId);
    }

    @Override
    public boolean isWaiting() {
        return answerByNs != Deadline.NEVER;
    }

    /** The answer that is waited for can't come any more. */
    void onSignalClosed() {
        isStale |= answerByNs != Deadline.NEVER;
        answerByNs = Deadline.NEVER;
    }

    /** Offers with new credentials, so that the client finds its way anew (RFC 8445 s.9). */
    void restart(long nowNs) {
        if (peer.isOpen()) {
            peer.restartIce(nowNs);
        }
        negotiate(nowNs);
    }

    /** Gives each subscription without a section a free one or a new one. */
    private void place() {
        for (Section section : sections) {
            Subscription before = section.subscription;
            if (before != null && !before.mid().equals(section.mid)) {
                section.subscription = null;
            }
        }
        for (Subscription subscription : subscriptions.waiting()) {
            List<Codec> codecs = OfferedCodecs.of(subscription, seat.codecs());
            Sections.Match best = Sections.match(subscription, codecs);
            if (best == null) {
                subscriptions.refuse(subscription);
                continue;
            }
            Section section = freeSection(subscription.isVideo() ? MediaKind.VIDEO : MediaKind.AUDIO);
            section.subscription = subscription;
            section.codecs = codecs;
            subscriptions.place(subscription, section.mid, best, OfferedCodecs.rtxPayloadType(codecs, best.codec()));
        }
    }

    private Section freeSection(MediaKind kind) {
        if (reusesSections && !seat.syncsStreams()) { // a section's stream stays what it was
            for (Section section : sections) {
                if (section.kind == kind && section.subscription == null && !section.isRejected) {
                    return section;
                }
            }
        }
        Section section = new Section(kind, String.valueOf(sections.size()));
        sections.add(section);
        return section;
    }

    private SessionDescription offer(PeerTransport transport) {
        SessionDescription offer = new SessionDescription(sessionId, ++version);
        offer.iceLite = !seat.join().needsFullIce();
        offer.extmapAllowMixed = true;
        for (Section section : sections) {
            MediaDescription media = describe(section, transport);
            offer.media.add(media);
            if (!media.isRejected()) {
                offer.bundle.add(section.mid);
            }
        }
        Sections.describeCandidates(offer, host.candidates());
        return offer;
    }

    private MediaDescription describe(Section section, PeerTransport transport) {
        MediaDescription media = new MediaDescription(section.kind, section.mid);
        Sections.describeTransport(media, transport);
        media.setup = Setup.ACTPASS;
        if (section.kind == MediaKind.APPLICATION) {
            media.protocol = "UDP/DTLS/SCTP";
            Sections.describeData(media);
            return media;
        }
        media.rtcpMux = true;
        media.rtcpReducedSize = true;
        media.codecs.addAll(section.codecs);
        boolean isVideo = section.kind == MediaKind.VIDEO;
        (isVideo ? VIDEO_EXTENSIONS : AUDIO_EXTENSIONS)
                .forEach((extension, id) -> media.extensions.put(extension.uri(), id));
        if (isVideo && seat.playout().isDelayed()) {
            media.extensions.put(HeaderExtension.PLAYOUT_DELAY.uri(), PLAYOUT_DELAY_ID);
        }
        Subscription subscription = section.subscription;
        SendStream stream = subscription == null ? null : subscription.stream();
        if (subscription == null || stream == null) {
            media.direction = Direction.INACTIVE;
        } else {
            Sections.describeTrack(media, subscription, stream, seat.streamId(subscription));
        }
        if (section.isRejected) {
            media.port = 0;
            media.direction = Direction.INACTIVE;
        }
        return media;
    }

    /** @throws SdpException for an answer that does not fit the offer */
    void onAnswer(long nowNs, Answer answer) {
        if (answerByNs == Deadline.NEVER || (answer.id() != 0 && answer.id() != offerId)) {
            return; // to an offer of the past
        }
        answerByNs = Deadline.NEVER;
        SessionDescription sdp = answer.sdp();
        if (sdp.media.size() != sections.size()) {
            throw new SdpException("answer has " + sdp.media.size() + " sections to an offer with " + sections.size());
        }
        configureTransport(nowNs, sdp);
        peer.transport().onNegotiated(List.of(), Sections.extensionIds(sdp));
        for (int i = 0; i < sections.size(); i++) {
            onAnswered(nowNs, sections.get(i), sdp.media.get(i));
        }
        if (isStale || subscriptions.lackSections()) {
            negotiate(nowNs);
        }
    }

    private void configureTransport(long nowNs, SessionDescription answer) {
        for (MediaDescription section : answer.media) {
            IceCredentials ice = section.ice;
            Fingerprint fingerprint = section.fingerprint;
            if (!section.isRejected() && ice != null && fingerprint != null) {
                peer.transport().ice().onRemoteCredentials(nowNs, ice);
                peer.transport().onRemoteDtls(nowNs, Sections.dtlsRole(section), fingerprint);
                return;
            }
        }
        throw new SdpException("answer lacks ICE credentials or a fingerprint");
    }

    private void onAnswered(long nowNs, Section section, MediaDescription answered) {
        Subscription subscription = section.subscription;
        if (section.kind == MediaKind.APPLICATION) {
            return;
        }
        section.isRejected |= answered.isRejected();
        if (subscription == null || !subscription.mid().equals(section.mid)) {
            return; // went while the offer was under way
        }
        List<Codec> accepted = answered.isRejected() ? List.of() : acceptedOf(section.codecs, answered.codecs);
        Sections.Match best = Sections.match(subscription, accepted);
        if (best == null || !answered.direction.receives()) {
            subscriptions.refuse(subscription);
            return;
        }
        if (!subscription.isStarted() && best.ofTrack() != subscription.codec()) {
            subscriptions.choose(subscription, best, OfferedCodecs.rtxPayloadType(accepted, best.codec()));
        }
        subscriptions.start(nowNs, subscription);
    }

    /** Those of our offer, with our payload types, that an answer kept. */
    private static List<Codec> acceptedOf(List<Codec> offered, List<Codec> answered) {
        return offered.stream()
                .filter(codec -> answered.stream().anyMatch(kept -> kept.is(codec.name())))
                .toList();
    }
}
