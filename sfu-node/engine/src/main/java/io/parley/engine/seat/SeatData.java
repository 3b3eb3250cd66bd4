// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import io.parley.engine.data.DataPackets;
import io.parley.engine.message.HomeToSeat;
import io.parley.engine.message.SeatToHome;
import io.parley.rtc.datachannel.ChannelOpen;
import io.parley.rtc.peer.DataChannel;
import io.parley.rtc.peer.PeerTransport;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import livekit.LivekitModels.DataPacket;
import livekit.LivekitModels.ParticipantInfo;
import org.jspecify.annotations.Nullable;

/**
 * A participant's data packets, both ways. Towards the client they go on the channels that the client opened on its one
 * (or primary) peer connection, or on ours where we offer; a client whose channels have other labels speaks without the
 * envelope. Owned by the seat's shard.
 */
final class SeatData {
    private static final String RELIABLE = "_reliable";
    private static final String LOSSY = "_lossy";

    /** Of LiveKit's data tracks, whose packets have another format. */
    private static final String DATA_TRACK = "_data_track";

    /** Lossy packets that wait longer than this many bytes would be late anyway. */
    private static final int MAX_LOSSY_BYTES = 64 << 10;

    /** Reliable packets that wait for a client to connect. */
    private static final int MAX_WAITING_BYTES = 1 << 20;

    /** Reliable packets that wait for a client to read. */
    private static final int MAX_BUFFERED_BYTES = 8 << 20;

    private final Consumer<SeatToHome> home;
    private final Supplier<ParticipantInfo> self;

    /** The peer connection on which the client hears us. */
    private final SeatPeer downlink;

    private @Nullable DataChannel reliable;
    private @Nullable DataChannel lossy;
    private boolean isConnected;

    /** Reliable packets from before the channel was there. */
    private final ArrayDeque<HomeToSeat.Data> waiting = new ArrayDeque<>();

    private int waitingBytes;

    /** Packets that a slow or absent client did not get. */
    private long dropped;

    SeatData(SeatPeer downlink, Supplier<ParticipantInfo> self, Consumer<SeatToHome> home) {
        this.downlink = downlink;
        this.self = self;
        this.home = home;
    }

    /** Opens our channels, where we are the one who offers. */
    void open(long nowNs) {
        PeerTransport transport = downlink.open(nowNs);
        reliable = transport.openDataChannel(nowNs, new ChannelOpen(true, -1, -1, RELIABLE, ""));
        lossy = transport.openDataChannel(nowNs, new ChannelOpen(false, 0, -1, LOSSY, ""));
        transport.onDataNegotiated(nowNs);
    }

    SeatDump.Data dump(List<SeatPeer> peers) {
        return new SeatDump.Data(
                peers.stream()
                        .map(peer -> peer.isOpen() ? peer.transport().dataState() : "none")
                        .toList(),
                isConnected && reliable != null,
                waitingBytes,
                downlink.isOpen() ? downlink.transport().bufferedBytes() : 0,
                dropped);
    }

    // ---- from the client ----

    void onConnected(long nowNs, SeatPeer peer) {
        if (peer == downlink) {
            isConnected = true;
            flush(nowNs);
        }
    }

    void onChannel(long nowNs, SeatPeer peer, DataChannel channel) {
        if (peer != downlink || downlink.isOfferer() || channel.label().equals(DATA_TRACK)) {
            return;
        }
        // One without envelope is only used while there is none with it.
        boolean hasEnvelope = hasEnvelope(channel);
        if (channel.isLossy()) {
            lossy = hasEnvelope || lossy == null ? channel : lossy;
        } else {
            reliable = hasEnvelope || reliable == null ? channel : reliable;
        }
        flush(nowNs);
    }

    void onChannelClosed(DataChannel channel) {
        reliable = channel == reliable ? null : reliable;
        lossy = channel == lossy ? null : lossy;
    }

    private static boolean hasEnvelope(DataChannel channel) {
        return channel.label().equals(RELIABLE) || channel.label().equals(LOSSY);
    }

    void onMessage(DataChannel channel, byte[] payload) {
        ParticipantInfo sender = self.get();
        if (channel.label().equals(DATA_TRACK) || !sender.getPermission().getCanPublishData()) {
            return;
        }
        DataPacket packet = hasEnvelope(channel) ? DataPackets.parse(payload) : DataPackets.ofRaw(payload);
        DataPacket stamped = packet == null ? null : DataPackets.stamp(packet, sender, channel.isLossy());
        if (stamped != null) {
            home.accept(new SeatToHome.Data(stamped, channel.isLossy()));
        }
    }

    void onCongestion(SeatPeer peer, boolean isCongested) {
        if (peer == downlink) {
            home.accept(new SeatToHome.DataCongestion(isCongested));
        }
    }

    // ---- to the client ----

    void send(long nowNs, HomeToSeat.Data data) {
        if (data.isLossy()) {
            DataChannel channel = isConnected ? lossy : null;
            if (channel == null || downlink.transport().bufferedBytes(channel) > MAX_LOSSY_BYTES) {
                dropped++;
            } else {
                send(nowNs, channel, data);
            }
            return;
        }
        int buffered = downlink.isOpen() ? downlink.transport().bufferedBytes() : 0;
        if (waitingBytes > MAX_WAITING_BYTES || buffered > MAX_BUFFERED_BYTES) {
            dropped++;
            return;
        }
        waiting.add(data);
        waitingBytes += data.encoded().length;
        flush(nowNs);
    }

    private void flush(long nowNs) {
        DataChannel channel = reliable;
        if (!isConnected || channel == null) {
            return;
        }
        for (HomeToSeat.Data data = waiting.poll(); data != null; data = waiting.poll()) {
            waitingBytes -= data.encoded().length;
            send(nowNs, channel, data);
        }
    }

    private void send(long nowNs, DataChannel channel, HomeToSeat.Data data) {
        if (hasEnvelope(channel)) {
            downlink.transport().sendData(nowNs, channel, data.encoded());
        } else if (data.packet().hasUser()) {
            downlink.transport()
                    .sendData(
                            nowNs, channel, data.packet().getUser().getPayload().toByteArray());
        }
    }
}
