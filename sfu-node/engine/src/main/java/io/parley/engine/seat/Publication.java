// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import io.parley.engine.layer.LiveLayers;
import io.parley.engine.track.ForwardDrop;
import io.parley.engine.track.MediaPacket;
import io.parley.engine.track.UpLayer;
import io.parley.engine.track.UpTrack;
import io.parley.rtc.peer.InboundPacket;
import io.parley.rtc.rtp.codec.PayloadCodec;
import io.parley.rtc.stream.ReceiveStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import livekit.LivekitModels.TrackInfo;
import org.jspecify.annotations.Nullable;

/** One track that this participant publishes: from add_track on pending, with a media section bound. */
final class Publication {
    /** Ranks of the simulcast rids that SDKs use, low to high (LiveKit: q, h, f, and 2, 1, 0). */
    private static final List<String> RID_ORDER = List.of("q", "h", "f", "2", "1", "0");

    private final List<String> cids;
    private final long announcedAtNs;
    private TrackInfo info;
    private String mid = "";
    private List<String> rids = List.of();
    private Map<Integer, PayloadCodec> codecs = Map.of();
    private @Nullable UpTrack track;
    private final @Nullable ReceiveStream[] streams = new ReceiveStream[LiveLayers.MAX_LAYERS];
    private final MediaPacket packet = new MediaPacket();

    Publication(long nowNs, TrackInfo info, List<String> cids) {
        this.announcedAtNs = nowNs;
        this.info = info;
        this.cids = List.copyOf(cids);
    }

    TrackInfo info() {
        return info;
    }

    void update(TrackInfo changed) {
        info = changed;
    }

    List<String> cids() {
        return cids;
    }

    /** Announced for as long, and no section came for it. A muted one may take its time. */
    boolean isOverdue(long nowNs, long afterNs) {
        return !isBound() && !info.getMuted() && nowNs - announcedAtNs >= afterNs;
    }

    boolean hasCid(String cid) {
        return cids.contains(cid);
    }

    boolean isBound() {
        return !mid.isEmpty();
    }

    String mid() {
        return mid;
    }

    @Nullable
    UpTrack track() {
        return track;
    }

    void bind(String section, UpTrack upTrack, List<String> simulcastRids, Map<Integer, PayloadCodec> payloadTypes) {
        mid = section;
        track = upTrack;
        List<String> ordered = new ArrayList<>(simulcastRids);
        ordered.sort(Comparator.comparingInt(RID_ORDER::indexOf));
        rids = ordered.subList(0, Math.min(ordered.size(), LiveLayers.MAX_LAYERS));
        codecs = Map.copyOf(payloadTypes);
    }

    /** The stream that carries a layer, once packets came. */
    @Nullable
    ReceiveStream stream(int layer) {
        return streams[layer];
    }

    int layerOf(ReceiveStream stream) {
        return Math.max(0, rids.indexOf(stream.rid()));
    }

    void onPacket(long nowNs, ReceiveStream stream, InboundPacket in) {
        UpTrack up = track;
        if (up == null) {
            return;
        }
        if (codecs.get(in.payloadType) != up.codec()) {
            up.drops().count(ForwardDrop.OTHER_CODEC);
            return;
        }
        int layer = layerOf(stream);
        UpLayer upLayer = up.layer(layer);
        if (streams[layer] != stream && !tryTakeOver(upLayer, streams[layer], stream)) {
            up.drops().count(ForwardDrop.SUPERSEDED);
            return;
        }
        streams[layer] = stream;
        packet.layer = layer;
        packet.extSeq = upLayer.number(in.extSeq);
        packet.extTs = upLayer.extendTimestamp(in.timestamp);
        packet.hasMarker = in.hasMarker;
        packet.buf = in.buf;
        packet.off = in.payloadOff;
        packet.len = in.payloadLen;
        up.onPacket(nowNs, packet);
    }

    /** A sender that starts anew does so under another SSRC; what still comes of the old one is of no use. */
    private static boolean tryTakeOver(UpLayer layer, @Nullable ReceiveStream known, ReceiveStream stream) {
        if (known == null) {
            return true;
        }
        if (stream.startedAtNs() - known.startedAtNs() <= 0) {
            return false;
        }
        layer.restart();
        return true;
    }
}
