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

    /** LiveKit has none; everybody in the room is told of every track. */
    private static final int MAX_PUBLICATIONS = 256;

    private final TrackRegistry registry;
    private final SeatPeer peer;
    private final RandomGenerator random;
    private final Consumer<SeatToHome> home;
    private final Map<String, Publication> bySid = new LinkedHashMap<>();
    private final Map<String, Publication> byMid = new HashMap<>();

    /** The client's ids of tracks that were given up, the last one last. */
    private final Deque<List<String>> givenUp = new ArrayDeque<>();

    Publications(TrackRegistry registry, SeatPeer peer, RandomGenerator random, Consumer<SeatToHome> home) {
        this.registry = registry;
        this.peer = peer;
        this.random = random;
        this.home = home;
    }

    /** A refusal of add_track, or null if the track is now pending; then {@link #find} gives it by its cid. */
    RequestResponse.@Nullable Reason refusal(long nowNs, AddTrackRequest request, ParticipantPermission permission) {
        if (!mayPublish(permission, request.getSource())) {
            return RequestResponse.Reason.NOT_ALLOWED;
        }
        if (request.getType() != TrackType.AUDIO && request.getType() != TrackType.VIDEO) {
            return RequestResponse.Reason.UNSUPPORTED_TYPE;
        }
        if (!request.getSid().isEmpty() && !bySid.containsKey(request.getSid())) {
            return RequestResponse.Reason.NOT_FOUND;
        }
        if (find(request.getCid()) != null) {
            return RequestResponse.Reason.QUEUED;
        }
        if (pending() >= MAX_PENDING) {
            giveUpOverdue(nowNs);
        }
        boolean isTooMany = pending() >= MAX_PENDING || bySid.size() >= MAX_PUBLICATIONS;
        return isTooMany ? RequestResponse.Reason.LIMIT_EXCEEDED : null;
    }

    private static boolean mayPublish(ParticipantPermission permission, TrackSource source) {
        boolean anySource = permission.getCanPublishSourcesCount() == 0;
        return permission.getCanPublish()
                && (anySource || permission.getCanPublishSourcesList().contains(source));
    }

    /** Gives up the tracks that may not be published any more. */
    void onPermission(ParticipantPermission permission) {
        for (Publication publication : List.copyOf(bySid.values())) {
            if (!mayPublish(permission, publication.info().getSource())) {
                remove(publication);
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
                remove(publication);
            }
        }
    }

    /** Notes a track that the client announced; the caller asked {@link #refusal} first. */
    TrackInfo add(long nowNs, AddTrackRequest request, TrackDescriber describer) {
        TrackSid sid = TrackSid.random(request.getType(), request.getSource(), random);
        List<String> cids = new ArrayList<>(List.of(request.getCid()));
        request.getSimulcastCodecsList().forEach(codec -> cids.add(codec.getCid()));
        TrackInfo info = describer.describe(request, sid);
        bySid.put(info.getSid(), new Publication(nowNs, info, cids));
        givenUp.removeIf(ids -> ids.stream().anyMatch(cids::contains));
        return info;
    }

    @Nullable
    Publication find(String cid) {
        for (Publication publication : bySid.values()) {
            if (publication.hasCid(cid)) {
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
    Publication byMid(String mid) {
        return byMid.get(mid);
    }

    Iterable<Publication> all() {
        return bySid.values();
    }

    /**
     * The pending track that a section carries: by its msid, else the first of its kind (Firefox renames tracks), unless it
     * is of one that was given up. Never one of another kind: who may only use a microphone would send video by that name.
     */
    @Nullable
    Publication pendingFor(MediaDescription offered) {
        TrackType type = offered.kind == MediaKind.VIDEO ? TrackType.VIDEO : TrackType.AUDIO;
        Publication byCid = offered.trackId.isEmpty() ? null : find(offered.trackId);
        if (byCid != null) {
            return byCid.isBound() || byCid.info().getType() != type ? null : byCid;
        }
        if (givenUp.stream().anyMatch(ids -> ids.contains(offered.trackId))) {
            return null;
        }
        for (Publication publication : bySid.values()) {
            if (!publication.isBound() && publication.info().getType() == type) {
                return publication;
            }
        }
        return null;
    }

    /** The codec that add_track wants first, or null. */
    static @Nullable PayloadCodec preferredCodec(Publication publication) {
        String mime = publication.info().getCodecs(0).getMimeType();
        return PayloadCodec.of(mime.substring(mime.indexOf('/') + 1));
    }

    /** Ties a pending track to a negotiated section and tells the room. @param codecs as answered, best first */
    void bind(Publication publication, MediaDescription offered, List<Codec> codecs) {
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
                new UpTrack(codec, first.clockRate(), layer -> requestKeyFrame(publication, layer), registry.host());
        List<String> rids = offered.rids.stream().filter(Rid::send).map(Rid::id).toList();
        publication.bind(offered.mid, track, rids, payloadTypes);
        TrackInfo.Builder info =
                publication.info().toBuilder().setMid(offered.mid).setMimeType(first.mime(offered.kind));
        info.setCodecs(
                0,
                info.getCodecs(0).toBuilder()
                        .setMimeType(first.mime(offered.kind))
                        .setMid(offered.mid));
        publication.update(info.build());
        byMid.put(offered.mid, publication);
        registry.publish(publication.info().getSid(), track);
        home.accept(new SeatToHome.Published(publication.info()));
    }

    private void requestKeyFrame(Publication publication, int layer) {
        ReceiveStream stream = publication.stream(layer);
        if (stream == null) {
            return;
        }
        try {
            peer.transport().requestKeyFrame(stream);
        } catch (RuntimeException | Error e) {
            peer.onBug(e); // and not the subscriber's, who asked for it
        }
    }

    /** The section stopped sending. */
    void unbind(String mid) {
        Publication publication = byMid.get(mid);
        if (publication != null) {
            remove(publication);
        }
    }

    private void remove(Publication publication) {
        String sid = publication.info().getSid();
        bySid.remove(sid);
        if (publication.isBound()) {
            byMid.remove(publication.mid());
            registry.unpublish(sid);
        }
        home.accept(new SeatToHome.Unpublished(sid));
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

    void onPacket(long nowNs, ReceiveStream stream, InboundPacket packet) {
        Publication publication = byMid.get(stream.mid());
        if (publication != null) {
            publication.onPacket(nowNs, stream, packet);
        }
    }

    void onSenderReport(long nowNs, ReceiveStream stream) {
        Publication publication = byMid.get(stream.mid());
        if (publication != null && publication.stream(publication.layerOf(stream)) == stream) {
            registry.onSenderReport(
                    publication.info().getSid(),
                    publication.layerOf(stream),
                    stream.reportNtp(),
                    stream.reportRtpTime(),
                    nowNs);
        }
    }

    void onStreamBroken(long nowNs, ReceiveStream stream) {
        Publication publication = byMid.get(stream.mid());
        if (publication == null) {
            return;
        }
        UpTrack track = publication.track();
        if (track != null && track.hasConsumers()) {
            track.requestKeyFrame(nowNs, publication.layerOf(stream));
        }
    }

    void close() {
        bySid.keySet().forEach(registry::unpublish);
        bySid.clear();
        byMid.clear();
    }
}
