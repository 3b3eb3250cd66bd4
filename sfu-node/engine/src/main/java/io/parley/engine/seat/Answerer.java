// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import io.parley.rtc.peer.PeerTransport;
import io.parley.rtc.peer.ReceiveSection;
import io.parley.rtc.rtp.HeaderExtension;
import io.parley.rtc.rtp.codec.PayloadCodec;
import io.parley.rtc.sdp.Codec;
import io.parley.rtc.sdp.Direction;
import io.parley.rtc.sdp.Fingerprint;
import io.parley.rtc.sdp.IceCredentials;
import io.parley.rtc.sdp.MediaDescription;
import io.parley.rtc.sdp.MediaKind;
import io.parley.rtc.sdp.Rid;
import io.parley.rtc.sdp.SdpException;
import io.parley.rtc.sdp.SessionDescription;
import io.parley.rtc.sdp.Setup;
import io.parley.rtc.stream.SendStream;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import livekit.LivekitModels.AudioTrackFeature;
import livekit.LivekitRtc.MediaSectionsRequirement;
import livekit.LivekitRtc.SignalResponse;
import org.jspecify.annotations.Nullable;

/**
 * Answers the offers of one peer connection (RFC 8829 s.5.3) and configures the peer accordingly. The client's numbers
 * rule: payload types and extension ids are taken as offered. A section in which the client sends carries a publication;
 * one in which it only receives is free for a subscription.
 */
final class Answerer implements Negotiator {
    /** Clients count; the mid goes into packet headers, whose room is limited. */
    private static final int MAX_MID_LENGTH = 32;

    private static final Set<String> VIDEO_FEEDBACK = Set.of("transport-cc", "ccm fir", "nack", "nack pli");
    private static final Set<String> AUDIO_FEEDBACK = Set.of("nack");
    private static final Set<HeaderExtension> VIDEO_EXTENSIONS = EnumSet.of(
            HeaderExtension.MID,
            HeaderExtension.RID,
            HeaderExtension.REPAIRED_RID,
            HeaderExtension.TRANSPORT_SEQUENCE,
            HeaderExtension.DEPENDENCY_DESCRIPTOR);
    private static final Set<HeaderExtension> PLAYOUT_EXTENSIONS = EnumSet.of(HeaderExtension.PLAYOUT_DELAY);
    private static final Set<HeaderExtension> AUDIO_EXTENSIONS =
            EnumSet.of(HeaderExtension.MID, HeaderExtension.AUDIO_LEVEL);

    private final Seat seat;
    private final SeatHost host;
    private final SeatPeer peer;
    private final Publications publications;
    private final @Nullable Subscriptions subscriptions;
    private final long sessionId;
    private long version = 1;

    /** The sections of the last offer, in order: their mids never change (RFC 8829 s.5.2.2). */
    private List<String> mids = List.of();

    private @Nullable IceCredentials remoteIce;

    /** Receive-only sections of the last offer that carry nothing. */
    private int freeAudios;

    private int freeVideos;

    /** An offer was asked for and has not come yet. */
    private boolean isOfferAwaited;

    /** Sections asked for that no offer has brought yet. */
    private int audiosAsked;

    private int videosAsked;

    /** @param subscriptions null for a client that subscribes on a connection of its own */
    Answerer(
            Seat seat, SeatHost host, SeatPeer peer, Publications publications, @Nullable Subscriptions subscriptions) {
        this.seat = seat;
        this.host = host;
        this.peer = peer;
        this.publications = publications;
        this.subscriptions = subscriptions;
        this.sessionId = host.random().nextLong() >>> 2;
    }

    /** Asks the client to offer, with as many more sections as lack, unless such an offer is on its way. */
    @Override
    public void negotiate(long nowNs) {
        if (subscriptions == null || !seat.isSignalOpen()) {
            return; // whoever comes back is asked then
        }
        int audios = Math.max(0, subscriptions.lacking(false) - freeAudios - audiosAsked);
        int videos = Math.max(0, subscriptions.lacking(true) - freeVideos - videosAsked);
        if (isOfferAwaited && audios + videos == 0) {
            return;
        }
        isOfferAwaited = true;
        audiosAsked += audios;
        videosAsked += videos;
        seat.signal(SignalResponse.newBuilder()
                .setMediaSectionsRequirement(MediaSectionsRequirement.newBuilder()
                        .setNumAudios(audios)
                        .setNumVideos(videos))
                .build());
    }

    @Override
    public boolean isWaiting() {
        return isOfferAwaited;
    }

    /** An offer that was asked for may have been lost. */
    void onSignalClosed() {
        isOfferAwaited = false;
        audiosAsked = videosAsked = 0;
    }

    /** @throws SdpException for an offer that can't be answered; nothing was changed then */
    SessionDescription answer(long nowNs, SessionDescription offer) {
        check(offer);
        settle(offer.media.subList(mids.size(), offer.media.size()));
        mids = offer.media.stream().map(section -> section.mid).toList();
        freeAudios = freeVideos = 0;
        PeerTransport transport = peer.open(nowNs);
        configureTransport(nowNs, transport, offer);
        SessionDescription answer = new SessionDescription(sessionId, version++);
        answer.iceLite = !seat.join().needsFullIce();
        answer.extmapAllowMixed = offer.extmapAllowMixed;
        List<ReceiveSection> received = new ArrayList<>();
        List<Subscription> started = new ArrayList<>();
        for (MediaDescription offered : offer.media) {
            MediaDescription section = section(nowNs, offered, received, started);
            answer.media.add(section);
            if (!section.isRejected()) {
                answer.bundle.add(section.mid);
            }
        }
        Sections.describeCandidates(answer, host.candidates());
        transport.onNegotiated(received, Sections.extensionIds(offer));
        if (answer.media.stream().anyMatch(media -> media.kind == MediaKind.APPLICATION && !media.isRejected())) {
            transport.onDataNegotiated(nowNs);
        }
        if (subscriptions != null) {
            started.forEach(subscription -> subscriptions.start(nowNs, subscription));
        }
        return answer;
    }

    /** Notes what an offer brings of the sections that were asked for. Those of which its maker had not heard yet come in the next. */
    private void settle(List<MediaDescription> added) {
        audiosAsked = Math.max(0, audiosAsked - receiving(added, MediaKind.AUDIO));
        videosAsked = Math.max(0, videosAsked - receiving(added, MediaKind.VIDEO));
        isOfferAwaited = audiosAsked + videosAsked > 0;
    }

    private static int receiving(List<MediaDescription> sections, MediaKind kind) {
        return (int) sections.stream()
                .filter(section -> section.kind == kind && section.direction == Direction.RECVONLY)
                .count();
    }

    private void check(SessionDescription offer) {
        if (offer.media.isEmpty()) {
            throw new SdpException("offer has no media section");
        }
        for (int i = 0; i < mids.size(); i++) {
            if (i >= offer.media.size() || !offer.media.get(i).mid.equals(mids.get(i))) {
                throw new SdpException("offer changes the order of its sections");
            }
        }
        for (MediaDescription section : offer.media) {
            if (section.mid.length() > MAX_MID_LENGTH) {
                throw new SdpException("mid is longer than " + MAX_MID_LENGTH + " characters");
            }
            boolean isUsable = section.isRejected() || (section.ice != null && section.fingerprint != null);
            if (!isUsable) {
                throw new SdpException("section " + section.mid + " lacks ICE credentials or a fingerprint");
            }
        }
    }

    private void configureTransport(long nowNs, PeerTransport transport, SessionDescription offer) {
        for (MediaDescription section : offer.media) {
            IceCredentials ice = section.ice;
            Fingerprint fingerprint = section.fingerprint;
            if (section.isRejected() || ice == null || fingerprint == null) {
                continue;
            }
            if (remoteIce != null && !remoteIce.equals(ice)) {
                peer.restartIce(nowNs);
            }
            remoteIce = ice;
            transport.ice().onRemoteCredentials(nowNs, ice);
            transport.onRemoteDtls(nowNs, Sections.dtlsRole(section), fingerprint);
            return; // one transport for the bundle
        }
    }

    private MediaDescription section(
            long nowNs, MediaDescription offered, List<ReceiveSection> received, List<Subscription> started) {
        MediaDescription section = new MediaDescription(offered.kind, offered.mid);
        section.protocol = offered.protocol;
        if (offered.isRejected()) {
            reject(section, offered);
            publications.unbind(nowNs, offered.mid);
            return section;
        }
        Sections.describeTransport(section, peer.transport());
        section.setup = offered.setup == Setup.PASSIVE ? Setup.ACTIVE : Setup.PASSIVE;
        if (offered.kind == MediaKind.APPLICATION) {
            Sections.describeData(section);
            return section;
        }
        section.rtcpMux = true;
        section.rtcpReducedSize = offered.rtcpReducedSize;
        section.receiverRtt = offered.receiverRtt;
        ClientCodecs codecs = seat.codecs();
        boolean isSent = offered.direction.sends();
        section.codecs.addAll(usable(offered, codec -> isSent ? codecs.mayPublish(codec) : codecs.mayReceive(codec)));
        if (section.codecs.isEmpty()) {
            reject(section, offered);
            return section;
        }
        // Also where nothing flows: what an answer leaves out, Chromium 156 leaves out of every later section.
        copyExtensions(offered, section, offered.kind == MediaKind.VIDEO ? VIDEO_EXTENSIONS : AUDIO_EXTENSIONS);
        if (offered.kind == MediaKind.VIDEO && seat.playout().isDelayed()) {
            copyExtensions(offered, section, PLAYOUT_EXTENSIONS);
        }
        if (isSent) {
            receive(offered, section, received);
        } else {
            publications.unbind(nowNs, offered.mid);
            send(offered, section, started);
        }
        return section;
    }

    private static void reject(MediaDescription section, MediaDescription offered) {
        section.port = 0;
        section.direction = Direction.INACTIVE;
        section.codecs.clear();
        section.codecs.addAll(offered.codecs.subList(0, Math.min(1, offered.codecs.size())));
    }

    /**
     * The offered codecs that the client may use, with the feedback that we give and take. Each has its RTX behind it, wherever
     * the offer lists it: the first of an answer is what a client sends.
     */
    private static List<Codec> usable(MediaDescription offered, Predicate<Codec> isAllowed) {
        @Nullable Codec[] repairs = new Codec[Codec.PAYLOAD_TYPES];
        for (Codec codec : offered.codecs) {
            int repaired = codec.associatedPayloadType();
            if (repaired >= 0 && repairs[repaired] == null) {
                repairs[repaired] = codec;
            }
        }
        Set<String> feedback = offered.kind == MediaKind.VIDEO ? VIDEO_FEEDBACK : AUDIO_FEEDBACK;
        List<Codec> codecs = new ArrayList<>();
        for (Codec codec : offered.codecs) {
            if (isAllowed.test(codec)) {
                codecs.add(withFeedback(codec, feedback));
                Codec repair = repairs[codec.payloadType()];
                if (repair != null) {
                    codecs.add(withFeedback(repair, feedback));
                }
            }
        }
        return codecs;
    }

    private static Codec withFeedback(Codec codec, Set<String> wanted) {
        return codec.withFeedback(
                codec.feedback().stream().filter(wanted::contains).toList());
    }

    /** The client sends here. */
    private void receive(MediaDescription offered, MediaDescription section, List<ReceiveSection> received) {
        section.direction = Direction.RECVONLY;
        List<String> sent = offered.rids.stream().filter(Rid::send).map(Rid::id).toList();
        sent.forEach(rid -> section.rids.add(new Rid(rid, false, "")));
        if (!sent.isEmpty()) {
            section.simulcast = "recv " + String.join(";", sent);
        }
        PublishedCodec publication = publications.byMid(offered.mid);
        PublishedCodec pending = publication == null ? publications.pendingFor(offered) : publication;
        if (pending != null) {
            prefer(section, pending);
        }
        received.add(
                new ReceiveSection(offered.mid, section.codecs, !sent.isEmpty(), offered.ssrcs, offered.ssrcGroups));
        if (pending != null && publication == null) {
            publications.bind(pending, offered, section.codecs);
        }
    }

    /** Puts the codec that add_track names first, and asks for the Opus that the track's features want. */
    private static void prefer(MediaDescription section, PublishedCodec published) {
        PayloadCodec preferred = published.announced();
        if (preferred != null) {
            section.codecs.sort(
                    (a, b) -> Boolean.compare(b.is(preferred.encodingName()), a.is(preferred.encodingName())));
        }
        List<AudioTrackFeature> features = published.publication.info().getAudioFeaturesList();
        section.codecs.replaceAll(codec -> {
            if (!codec.is("opus")) {
                return codec;
            }
            Map<String, String> parameters = new LinkedHashMap<>(codec.parameters());
            if (!features.contains(AudioTrackFeature.TF_NO_DTX)) {
                parameters.put("usedtx", "1");
            }
            if (features.contains(AudioTrackFeature.TF_STEREO)) {
                parameters.put("stereo", "1");
                parameters.put("maxaveragebitrate", "510000");
            }
            return codec.withParameters(parameters);
        });
    }

    /** The client only receives here. */
    private void send(MediaDescription offered, MediaDescription section, List<Subscription> started) {
        Subscription subscription = subscriptions == null ? null : subscriptions.byMid(offered.mid);
        if (subscription == null && subscriptions != null && offered.direction.receives()) {
            subscription = subscriptions.assign(section);
        }
        SendStream stream = subscription == null ? null : subscription.stream();
        if (subscription == null || stream == null) {
            section.direction = Direction.INACTIVE;
            if (offered.direction.receives()) {
                freeAudios += offered.kind == MediaKind.AUDIO ? 1 : 0;
                freeVideos += offered.kind == MediaKind.VIDEO ? 1 : 0;
            }
            return;
        }
        section.codecs.removeIf(
                c -> c.payloadType() != stream.payloadType() && c.payloadType() != stream.rtxPayloadType());
        Sections.describeTrack(section, subscription, stream, seat.streamId(subscription));
        started.add(subscription);
    }

    private static void copyExtensions(
            MediaDescription offered, MediaDescription section, Set<HeaderExtension> wanted) {
        offered.extensions.forEach((uri, id) -> {
            HeaderExtension extension = HeaderExtension.of(uri);
            if (extension != null && wanted.contains(extension)) {
                section.extensions.put(uri, id);
            }
        });
    }
}
