// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import io.parley.api.id.RoomName;
import io.parley.engine.layer.LiveLayers;
import io.parley.engine.track.DownTrack;
import io.parley.engine.track.ForwardDrop;
import io.parley.engine.track.LayerDump;
import io.parley.engine.track.UpTrack;
import io.parley.rtc.stream.ReceiveStream;
import io.parley.rtc.stream.SendStream;
import java.util.ArrayList;
import java.util.List;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.TrackInfo;
import org.jspecify.annotations.Nullable;

/**
 * A participant as its seat sees it, for people who look for a fault.
 *
 * @param shard that the seat is on
 * @param peerConnections 1: for both directions, 2: one for each
 * @param ice "lite": we answer checks, "full": we check too, as Firefox and Pion need it
 * @param awaitsDescription whether the client was asked for an offer, or offered to, and has not said anything yet
 */
public record SeatDump(
        String room,
        String identity,
        String sid,
        int shard,
        int peerConnections,
        String ice,
        String state,
        boolean awaitsDescription,
        boolean connected,
        @Nullable String path,
        List<Published> published,
        List<Subscribed> subscribed,
        Data data) {
    /**
     * @param associations states of the associations, publisher connection first
     * @param isOpen whether reliable packets can leave
     * @param waitingBytes that came before they could
     * @param bufferedBytes that wait to be sent
     * @param dropped packets that the client was too slow for
     */
    public record Data(List<String> associations, boolean isOpen, int waitingBytes, int bufferedBytes, long dropped) {}

    /**
     * @param source LiveKit's TrackSource, such as CAMERA
     * @param packetsByLayer that came on the layers' own SSRCs
     * @param layers what was made of them
     */
    public record Published(
            String sid,
            String source,
            String mid,
            String codec,
            boolean muted,
            List<Long> packetsByLayer,
            List<LayerDump> layers) {
        private static Published of(PublishedCodec codec) {
            List<Long> packets = new ArrayList<>();
            for (int layer = 0; layer < LiveLayers.MAX_LAYERS; layer++) {
                ReceiveStream stream = codec.stream(layer);
                packets.add(stream == null ? 0 : stream.packetsReceived());
            }
            UpTrack track = codec.track();
            TrackInfo info = codec.publication.info();
            return new Published(
                    info.getSid(),
                    info.getSource().name(),
                    codec.mid(),
                    codec.index == 0 ? info.getMimeType() : codec.info().getMimeType(),
                    info.getMuted(),
                    packets,
                    track == null ? List.of() : track.dump());
        }
    }

    /**
     * @param ssrc that the client is sent, 0 without a section
     * @param state IDLE (without a section), PLACED (in a description that is not answered yet),
     *     AWAITING_CODEC (answered, and its publisher asked for a codec that it does not send yet), STARTED (answered, and the
     *     track is waited for), FORWARDING, or UNSUPPORTED
     * @param heard whether the client reports on the SSRC
     * @param lastDrop why the last packet went no further, if it did not
     * @param keyFrameRequests of this subscriber
     * @param layers the track as it comes to this shard
     */
    public record Subscribed(
            String sid,
            String mid,
            long ssrc,
            boolean wanted,
            String state,
            boolean heard,
            int layer,
            @Nullable String lastDrop,
            long sent,
            long resent,
            long keyFrameRequests,
            List<LayerDump> layers,
            long rttUs) {
        private static Subscribed of(Subscription subscription) {
            SendStream stream = subscription.stream();
            DownTrack down = subscription.down();
            ForwardDrop lastDrop = down == null ? null : down.lastDrop();
            return new Subscribed(
                    subscription.track.getSid(),
                    subscription.mid(),
                    stream == null ? 0 : Integer.toUnsignedLong(stream.ssrc()),
                    subscription.isWanted,
                    subscription.state(),
                    stream != null && stream.isHeard(),
                    down == null ? -1 : down.currentLayer(),
                    lastDrop == null ? null : lastDrop.name(),
                    down == null ? 0 : down.packetsSent(),
                    down == null ? 0 : down.packetsResent(),
                    down == null ? 0 : down.keyFrameRequests(),
                    down == null ? List.of() : down.up().dump(),
                    down == null ? 0 : down.stream().rttNs() / 1000);
        }
    }

    static SeatDump of(
            SeatJoin join,
            RoomName room,
            int shard,
            ParticipantInfo info,
            String state,
            boolean awaitsDescription,
            SeatPeer peer,
            Publications publications,
            Subscriptions subscriptions,
            Data data) {
        List<Published> published = new ArrayList<>();
        for (Publication publication : publications.all()) {
            for (PublishedCodec codec : publication.codecs()) {
                if (codec.index == 0 || codec.isBound()) {
                    published.add(Published.of(codec));
                }
            }
        }
        var selected = peer.isOpen() ? peer.transport().ice().selectedPath() : null;
        return new SeatDump(
                room.value(),
                info.getIdentity(),
                info.getSid(),
                shard,
                join.singlePeerConnection() ? 1 : 2,
                join.needsFullIce() ? "full" : "lite",
                state,
                awaitsDescription,
                peer.isConnected(),
                selected == null ? null : selected.toString(),
                published,
                subscriptions.all().stream().map(Subscribed::of).toList(),
                data);
    }
}
