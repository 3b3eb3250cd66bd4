// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import io.parley.engine.layer.LiveLayers;
import io.parley.rtc.stream.ReceiveStream;
import java.util.ArrayList;
import java.util.List;
import livekit.LivekitModels.ParticipantInfo;
import org.jspecify.annotations.Nullable;

/**
 * A participant as its seat sees it, for people who look for a fault.
 *
 * @param shard that the seat is on
 * @param peerConnections 1: for both directions, 2: one for each
 * @param ice "lite": we answer checks, "full": we check too, as Firefox and Pion need it
 */
public record SeatDump(
        String room,
        String identity,
        String sid,
        int shard,
        int peerConnections,
        String ice,
        String state,
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

    public record Published(String sid, String mid, String codec, boolean muted, List<Long> packetsByLayer) {}

    /** @param lastDrop why the last packet went no further, if it did not */
    public record Subscribed(
            String sid,
            String mid,
            boolean wanted,
            boolean forwarding,
            int layer,
            @Nullable String lastDrop,
            long sent,
            long resent,
            long rttUs) {}

    static SeatDump of(
            SeatJoin join,
            int shard,
            ParticipantInfo info,
            String state,
            SeatPeer peer,
            Publications publications,
            Subscriptions subscriptions,
            Data data) {
        List<Published> published = new ArrayList<>();
        for (Publication publication : publications.all()) {
            List<Long> packets = new ArrayList<>();
            for (int layer = 0; layer < LiveLayers.MAX_LAYERS; layer++) {
                ReceiveStream stream = publication.stream(layer);
                packets.add(stream == null ? 0 : stream.packetsReceived());
            }
            published.add(new Published(
                    publication.info().getSid(),
                    publication.mid(),
                    publication.info().getMimeType(),
                    publication.info().getMuted(),
                    packets));
        }
        List<Subscribed> subscribed = new ArrayList<>();
        for (Subscription subscription : subscriptions.all()) {
            var down = subscription.down();
            subscribed.add(new Subscribed(
                    subscription.track.getSid(),
                    subscription.mid(),
                    subscription.isWanted,
                    down != null,
                    down == null ? -1 : down.currentLayer(),
                    down == null || down.lastDrop() == null
                            ? null
                            : down.lastDrop().name(),
                    down == null ? 0 : down.packetsSent(),
                    down == null ? 0 : down.packetsResent(),
                    down == null ? 0 : down.stream().rttNs() / 1000));
        }
        var selected = peer.isOpen() ? peer.transport().ice().selectedPath() : null;
        return new SeatDump(
                join.room().value(),
                info.getIdentity(),
                info.getSid(),
                shard,
                join.singlePeerConnection() ? 1 : 2,
                join.needsFullIce() ? "full" : "lite",
                state,
                peer.isConnected(),
                selected == null ? null : selected.toString(),
                published,
                subscribed,
                data);
    }
}
