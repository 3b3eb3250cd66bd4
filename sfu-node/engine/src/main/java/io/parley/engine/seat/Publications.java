// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import io.parley.api.id.TrackSid;
import io.parley.engine.message.SeatToHome;
import io.parley.engine.relay.TrackRegistry;
import io.parley.engine.track.UpTrack;
import io.parley.rtc.peer.InboundPacket;
import io.parley.rtc.rtp.codec.PayloadCodec;
import io.parley.rtc.sdp.Codec;
import io.parley.rtc.sdp.MediaDescription;
import io.parley.rtc.sdp.MediaKind;
import io.parley.rtc.sdp.Rid;
import io.parley.rtc.stream.ReceiveStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import livekit.LivekitModels.ParticipantPermission;
import livekit.LivekitModels.TrackInfo;
import livekit.LivekitModels.TrackSource;
import livekit.LivekitModels.TrackType;
import livekit.LivekitRtc.AddTrackRequest;
import livekit.LivekitRtc.RequestResponse;
import org.jspecify.annotations.Nullable;

/** What a participant publishes: from add_track, over the media section in its offer, to packets on an up track. */
final class Publications {
    /** LiveKit's limit on tracks that were announced without media. */
    private static final int MAX_PENDING = 20;

    /** Where there are too many, those announced for longer without media are given up (LiveKit). */
    private static final long MAX_PENDING_NS = 30_000_000_000L;

    /** LiveKit: of so many tracks that were given up it is known that media for them comes too late. */
    private static final int MAX_GIVEN_UP = 32;

    /** LiveKit: so many announcements of one cid wait. */
    private static final int MAX_QUEUED_PER_CID = 3;

    /** LiveKit has none; everybody in the room is told of every track. */
    private static final int MAX_PUBLICATIONS = 256;

    private final TrackRegistry registry;
    private final SeatPeer peer;
    private final RandomGenerator random;
    private final Consumer<SeatToHome> home;
    private final Turns turns;
    private final Map<String, Publication> bySid = new LinkedHashMap<>();
    private final Map<String, PublishedCodec> byMid = new HashMap<>();

    /** Announcements under the cid of a track that is there: their turn comes when it ends. */
    private final List<AddTrackRequest> queued = new ArrayList<>();

    /** The client's ids of tracks that were given up, the last one last. */
    private final Deque<List<String>> givenUp = new ArrayDeque<>();

    /** Takes up an announcement that had to wait. */
    interface Turns {
        void onTurn(long nowNs, AddTrackRequest request);
    }

    Publications(
            TrackRegistry registry, SeatPeer peer, RandomGenerator random, Consumer<SeatToHome> home, Turns turns) {
        this.registry = registry;
        this.peer = peer;
        this.random = random;
        this.home = home;
        this.turns = turns;
    }

    /** Why a track can't be added now, or null: QUEUED if its turn comes later. */
    RequestResponse.@Nullable Reason refusal(long nowNs, AddTrackRequest request, ParticipantPermission permission) {
        if (!mayPublish(permission, request.getSource())) {
            return RequestResponse.Reason.NOT_ALLOWED;
        }
        if (request.getType() != TrackType.AUDIO && request.getType() != TrackType.VIDEO) {
            return RequestResponse.Reason.UNSUPPORTED_TYPE;
        }
        if (find(request.getCid()) != null) {
            return tryQueue(request) ? RequestResponse.Reason.QUEUED : RequestResponse.Reason.LIMIT_EXCEEDED;
        }
        if (pending() >= MAX_PENDING) {
            giveUpOverdue(nowNs);
        }
        boolean isTooMany = pending() >= MAX_PENDING || bySid.size() >= MAX_PUBLICATIONS;
        return isTooMany ? RequestResponse.Reason.LIMIT_EXCEEDED : null;
    }

    private boolean tryQueue(AddTrackRequest request) {
        long ofThisCid = queued.stream()
                .filter(other -> other.getCid().equals(request.getCid()))
                .count();
        return ofThisCid < MAX_QUEUED_PER_CID && queued.size() < MAX_PENDING && queued.add(request);
    }

    private static boolean mayPublish(ParticipantPermission permission, TrackSource source) {
        boolean anySource = permission.getCanPublishSourcesCount() == 0;
        return permission.getCanPublish()
                && (anySource || permission.getCanPublishSourcesList().contains(source));
    }

    /** Gives up the tracks that may not be published any more. */
    void onPermission(long nowNs, ParticipantPermission permission) {
        for (Publication publication : List.copyOf(bySid.values())) {
            if (!mayPublish(permission, publication.info().getSource())) {
                remove(nowNs, publication);
            }
        }
    }

    private long pending() {
        return bySid.values().stream().filter(p -> !p.isBound()).count();
    }

    private void giveUpOverdue(long nowNs) {
        for (Publication publication : List.copyOf(bySid.values())) {
            if (publication.isOverdue(nowNs, MAX_PENDING_NS)) {
                if (givenUp.size() == MAX_GIVEN_UP) {
                    givenUp.removeFirst();
                }
                givenUp.addLast(publication.cids());
                remove(nowNs, publication);
            }
        }
    }

    /** Notes a track that the client announced; the caller asked {@link #refusal} first. */
    TrackInfo add(long nowNs, AddTrackRequest request, TrackDescriber describer) {
        TrackSid sid = TrackSid.random(request.getType(), request.getSource(), random);
        Publication publication = new Publication(nowNs, describer.describe(request, sid), request.getCid());
        bySid.put(sid.value(), publication);
        List<String> cids = publication.cids();
        givenUp.removeIf(ids -> ids.stream().anyMatch(cids::contains));
        return publication.info();
    }

    /**
     * The client is about to send another codec of a track (LiveKit: add_track with a sid).
     *
     * @return what it published under that sid; null if nothing
     */
    @Nullable
    TrackInfo addCodecs(AddTrackRequest request, TrackDescriber describer) {
        Publication publication = bySid.get(request.getSid());
        if (publication == null || !publication.isBound()) {
            return null;
        }
        publication.update(describer.withCodecs(publication.info(), request));
        return publication.info();
    }

    @Nullable
    Publication find(String cid) {
        for (Publication publication : bySid.values()) {
            if (publication.find(cid) != null) {
                return publication;
            }
        }
        return null;
    }

    @Nullable
    Publication bySid(String sid) {
        return bySid.get(sid);
    }

    @Nullable
    PublishedCodec byMid(String mid) {
        return byMid.get(mid);
    }

    Iterable<Publication> all() {
        return bySid.values();
    }

    /**
     * The pending codec of a track that a section carries: by its msid, else the first of its kind (Firefox renames
     * tracks), unless it is of a track that was given up. Never one of another kind: who may only use a microphone would
     * send video by that name.
     */
    @Nullable
    PublishedCodec pendingFor(MediaDescription offered) {
        TrackType type = offered.kind == MediaKind.VIDEO ? TrackType.VIDEO : TrackType.AUDIO;
        Publication byCid = offered.trackId.isEmpty() ? null : find(offered.trackId);
        PublishedCodec named = byCid == null ? null : byCid.find(offered.trackId);
        if (byCid != null && named != null) {
            return named.isBound() || byCid.info().getType() != type ? null : named;
        }
        if (givenUp.stream().anyMatch(ids -> ids.contains(offered.trackId))) {
            return null;
        }
        for (Publication publication : bySid.values()) {
            if (!publication.isBound() && publication.info().getType() == type) {
                return publication.codecs().getFirst();
            }
        }
        for (Publication publication : bySid.values()) {
            for (PublishedCodec codec : publication.codecs()) {
                if (codec.isWanted && !codec.isBound() && publication.info().getType() == type) {
                    return codec;
                }
            }
        }
        return null;
    }

    /** Ties a pending codec to a negotiated section and tells the room. @param codecs as answered, best first */
    void bind(PublishedCodec published, MediaDescription offered, List<Codec> codecs) {
        Map<Integer, PayloadCodec> payloadTypes = new HashMap<>();
        for (Codec codec : codecs) {
            PayloadCodec known = PayloadCodec.of(codec.name());
            if (known != null) {
                payloadTypes.put(codec.payloadType(), known);
            }
        }
        Codec first = codecs.getFirst();
        PayloadCodec codec = payloadTypes.get(first.payloadType());
        if (codec == null) {
            throw new IllegalStateException("answered a codec that we don't forward: " + first.name());
        }
        UpTrack track =
                new UpTrack(codec, first.clockRate(), layer -> requestKeyFrame(published, layer), registry.host());
        List<String> rids = offered.rids.stream().filter(Rid::send).map(Rid::id).toList();
        Publication publication = published.publication;
        boolean isFirst = !publication.isBound();
        published.bind(offered.mid, track, rids, payloadTypes);
        TrackInfo.Builder info = publication.info().toBuilder();
        if (isFirst || published.index == 0) {
            info.setMid(offered.mid).setMimeType(first.mime(offered.kind));
        }
        info.setCodecs(
                published.index,
                published.info().toBuilder()
                        .setMimeType(first.mime(offered.kind))
                        .setMid(offered.mid));
        publication.update(info.build());
        byMid.put(offered.mid, published);
        registry.publish(published.mediaKey(), track);
        home.accept(
                isFirst
                        ? new SeatToHome.Published(publication.info())
                        : new SeatToHome.TrackChanged(publication.info()));
    }

    private void requestKeyFrame(PublishedCodec published, int layer) {
        ReceiveStream stream = published.stream(layer);
        if (stream == null) {
            return;
        }
        try {
            peer.transport().requestKeyFrame(stream);
        } catch (RuntimeException | Error e) {
            peer.onBug(e); // and not the subscriber's, who asked for it
        }
    }

    /** The section stopped sending: with its first codec a track ends. */
    void unbind(long nowNs, String mid) {
        PublishedCodec published = byMid.get(mid);
        if (published == null) {
            return;
        }
        Publication publication = published.publication;
        if (published.index == 0
                || publication.codecs().stream().filter(PublishedCodec::isBound).count() == 1) {
            remove(nowNs, publication);
            return;
        }
        release(published);
        published.unbind();
        TrackInfo.Builder info = publication.info().toBuilder();
        info.getCodecsBuilder(published.index).clearMid();
        change(publication, info.build());
    }

    private void release(PublishedCodec published) {
        if (published.isBound()) {
            byMid.remove(published.mid());
            registry.unpublish(published.mediaKey());
        }
    }

    private void remove(long nowNs, Publication publication) {
        String sid = publication.info().getSid();
        bySid.remove(sid);
        publication.codecs().forEach(this::release);
        home.accept(new SeatToHome.Unpublished(sid));
        for (AddTrackRequest request : queued) {
            if (publication.find(request.getCid()) != null) {
                queued.remove(request);
                turns.onTurn(nowNs, request);
                return;
            }
        }
    }

    /**
     * A subscriber needs a codec of a track that is not sent.
     *
     * @return the track if its client has to be told
     */
    @Nullable
    Publication want(String trackSid, int index) {
        Publication publication = bySid.get(trackSid);
        if (publication == null || index < 0 || index >= publication.codecs().size()) {
            return null;
        }
        PublishedCodec codec = publication.codecs().get(index);
        boolean isNew = !codec.isBound() && !codec.isWanted;
        codec.isWanted = true;
        return isNew ? publication : null;
    }

    /** @return false if there is no such track */
    boolean setMuted(String trackSid, boolean muted) {
        Publication publication = bySid.get(trackSid);
        if (publication == null) {
            return false;
        }
        if (publication.info().getMuted() != muted) {
            change(publication, publication.info().toBuilder().setMuted(muted).build());
        }
        return true;
    }

    void change(Publication publication, TrackInfo info) {
        publication.update(info);
        if (publication.isBound()) {
            home.accept(new SeatToHome.TrackChanged(info));
        }
    }

    /** Tells the home of another room of what is there already. */
    void announce() {
        for (Publication publication : bySid.values()) {
            if (publication.isBound()) {
                home.accept(new SeatToHome.Published(publication.info()));
            }
        }
    }

    void onPacket(long nowNs, ReceiveStream stream, InboundPacket packet) {
        PublishedCodec published = byMid.get(stream.mid());
        if (published != null) {
            published.onPacket(nowNs, stream, packet);
        }
    }

    void onSenderReport(long nowNs, ReceiveStream stream) {
        PublishedCodec published = byMid.get(stream.mid());
        if (published != null && published.stream(published.layerOf(stream)) == stream) {
            registry.onSenderReport(
                    published.mediaKey(), published.layerOf(stream), stream.reportNtp(), stream.reportRtpTime(), nowNs);
        }
    }

    void onStreamBroken(long nowNs, ReceiveStream stream) {
        PublishedCodec published = byMid.get(stream.mid());
        if (published == null) {
            return;
        }
        UpTrack track = published.track();
        if (track != null && track.hasConsumers()) {
            track.requestKeyFrame(nowNs, published.layerOf(stream));
        }
    }

    void close() {
        List.copyOf(byMid.values()).forEach(this::release);
        bySid.clear();
        queued.clear();
    }
}
