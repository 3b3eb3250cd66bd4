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
import livekit.LivekitModels.SimulcastCodecInfo;
import org.jspecify.annotations.Nullable;

/**
 * One codec of a published track, with the media section that carries it once there is one. Most tracks have one; a
 * backup codec is for subscribers who can't take the first (LiveKit: simulcast codecs).
 */
final class PublishedCodec {
    /** Ranks of the simulcast rids that SDKs use, low to high (LiveKit: q, h, f, and 2, 1, 0). */
    private static final List<String> RID_ORDER = List.of("q", "h", "f", "2", "1", "0");

    final Publication publication;

    /** Among the track's codecs. */
    final int index;

    /** The client was told that somebody needs it. */
    boolean isWanted;

    private String mid = "";
    private List<String> rids = List.of();
    private Map<Integer, PayloadCodec> payloadTypes = Map.of();
    private @Nullable UpTrack track;
    private @Nullable ReceiveStream[] streams = new ReceiveStream[LiveLayers.MAX_LAYERS];
    private final MediaPacket packet = new MediaPacket();

    PublishedCodec(Publication publication, int index) {
        this.publication = publication;
        this.index = index;
    }

    /** What shards know the packets of a track's codec by: those of its first by its sid. */
    static String mediaKey(String trackSid, int index) {
        return index == 0 ? trackSid : trackSid + "/" + index;
    }

    String mediaKey() {
        return mediaKey(publication.info().getSid(), index);
    }

    SimulcastCodecInfo info() {
        return publication.info().getCodecs(index);
    }

    /** What the client announced, or null if it left that open. */
    @Nullable
    PayloadCodec announced() {
        String mime = info().getMimeType();
        return PayloadCodec.of(mime.substring(mime.indexOf('/') + 1));
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

    void bind(String section, UpTrack upTrack, List<String> simulcastRids, Map<Integer, PayloadCodec> answered) {
        mid = section;
        track = upTrack;
        List<String> ordered = new ArrayList<>(simulcastRids);
        ordered.sort(Comparator.comparingInt(RID_ORDER::indexOf));
        rids = ordered.subList(0, Math.min(ordered.size(), LiveLayers.MAX_LAYERS));
        payloadTypes = Map.copyOf(answered);
    }

    /** Its section stopped sending. */
    void unbind() {
        mid = "";
        track = null;
        isWanted = false;
        streams = new ReceiveStream[LiveLayers.MAX_LAYERS];
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
        if (payloadTypes.get(in.payloadType) != up.codec()) {
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
