// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import io.parley.engine.data.DataPackets;
import io.parley.engine.message.HomeToSeat;
import io.parley.engine.message.SeatToHome;
import io.parley.rtc.datachannel.ChannelOpen;
import io.parley.rtc.peer.DataChannel;
import io.parley.rtc.peer.PeerTransport;
import io.parley.rtc.time.Deadline;
import java.util.List;
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

    /** LiveKit's NegotiatedDataChannelID: the streams of clients that don't announce their channels. */
    private static final int RELIABLE_STREAM = 100;

    private static final int LOSSY_STREAM = 101;

    private static final ChannelOpen RELIABLE_OPEN = new ChannelOpen(true, -1, -1, RELIABLE, "");
    private static final ChannelOpen LOSSY_OPEN = new ChannelOpen(false, 0, -1, LOSSY, "");

    /** Of LiveKit's data tracks, whose packets have another format. */
    private static final String DATA_TRACK = "_data_track";

    /** Lossy packets that wait longer than this many bytes would be late anyway. */
    private static final int MAX_LOSSY_BYTES = 64 << 10;

    /** Reliable packets that wait for a client to connect. */
    private static final int MAX_WAITING_BYTES = 1 << 20;

    /** Reliable packets that wait for a client to read. */
    private static final int MAX_BUFFERED_BYTES = 8 << 20;

    private final Seat seat;

    /** The peer connection on which the client hears us. */
    private final SeatPeer downlink;

    private @Nullable DataChannel reliable;
    private @Nullable DataChannel lossy;
    private boolean isConnected;

    private final WaitingData waiting = new WaitingData(MAX_WAITING_BYTES, false);
    private final WaitingData waitingLossy = new WaitingData(MAX_LOSSY_BYTES, true);

    /** Whether the room waits for somebody. */
    private boolean isPaused;

    /** Whether the client does not read as fast as packets come. */
    private boolean isCongested;

    /** Until then what the client sends is left waiting, because it is ahead of its home or of another shard. */
    private long slowUntilNs = Deadline.NEVER;

    /** Packets that a slow client did not get. */
    private long dropped;

    SeatData(Seat seat, SeatPeer downlink) {
        this.seat = seat;
        this.downlink = downlink;
    }

    /** Opens our channels, where we are the one who offers. */
    void open(long nowNs) {
        PeerTransport transport = downlink.open(nowNs);
        reliable = transport.openDataChannel(nowNs, RELIABLE_OPEN);
        lossy = transport.openDataChannel(nowNs, LOSSY_OPEN);
        transport.onDataNegotiated(nowNs);
    }

    /** From signal protocol 18 on both sides know the channels; a client that announces some nevertheless is heard on those. */
    void openAgreed(long nowNs) {
        PeerTransport transport = downlink.open(nowNs);
        reliable = transport.openAgreedDataChannel(RELIABLE_OPEN, RELIABLE_STREAM);
        lossy = transport.openAgreedDataChannel(LOSSY_OPEN, LOSSY_STREAM);
    }

    SeatDump.Data dump(List<SeatPeer> peers) {
        return new SeatDump.Data(
                peers.stream()
                        .map(peer -> peer.isOpen() ? peer.transport().dataState() : "none")
                        .toList(),
                isConnected && reliable != null,
                waiting.bytes() + waitingLossy.bytes(),
                downlink.isOpen() ? downlink.transport().bufferedBytes() : 0,
                dropped + waiting.dropped() + waitingLossy.dropped());
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

    void onMessage(long nowNs, DataChannel channel, byte[] payload) {
        ParticipantInfo sender = seat.info();
        if (channel.label().equals(DATA_TRACK) || !sender.getPermission().getCanPublishData()) {
            return;
        }
        DataPacket packet = hasEnvelope(channel) ? DataPackets.parse(payload) : DataPackets.ofRaw(payload);
        DataPacket stamped = packet == null ? null : DataPackets.stamp(packet, sender, channel.isLossy());
        if (stamped != null && !seat.sendData(new SeatToHome.Data(stamped, channel.isLossy()))) {
            slowDown(nowNs);
        }
    }

    /** Leaves what the client sends waiting, for a moment or until the room goes on: its window fills, and it stops. */
    void slowDown(long nowNs) {
        slowUntilNs = nowNs + HomeToSeat.SlowDown.FOR_NS;
        updatePause(nowNs);
    }

    void setPaused(long nowNs, boolean paused) {
        isPaused = paused;
        updatePause(nowNs);
    }

    long nextDeadlineNs() {
        return slowUntilNs;
    }

    void onDeadline(long nowNs) {
        if (Deadline.isDue(slowUntilNs, nowNs)) {
            slowUntilNs = Deadline.NEVER;
            updatePause(nowNs);
        }
    }

    /** A peer opened, perhaps while the room waits. */
    void onOpened(long nowNs) {
        if (isHeld()) {
            updatePause(nowNs);
        }
    }

    private boolean isHeld() {
        return isPaused || slowUntilNs != Deadline.NEVER;
    }

    private void updatePause(long nowNs) {
        boolean isHeld = isHeld();
        seat.peers().filter(SeatPeer::isOpen).forEach(peer -> peer.transport().setDataPaused(nowNs, isHeld));
    }

    void onCongestion(SeatPeer peer, boolean congested) {
        if (peer == downlink) {
            isCongested = congested;
            seat.tellHome(new SeatToHome.DataCongestion(congested));
        }
    }

    /** The participant is in another room from now on: what was said in the one before is not for it any more. */
    void onMoved(long nowNs) {
        waiting.clear();
        waitingLossy.clear();
        setPaused(nowNs, false);
        if (isCongested) {
            seat.tellHome(new SeatToHome.DataCongestion(true));
        }
    }

    // ---- to the client ----

    void send(long nowNs, HomeToSeat.Data data) {
        DataChannel channel = isConnected ? channelOf(data) : null;
        if (channel == null) {
            (data.isLossy() ? waitingLossy : waiting).add(nowNs, data);
        } else if (isTooSlowFor(channel)) {
            dropped++;
        } else {
            send(nowNs, channel, data);
        }
    }

    private @Nullable DataChannel channelOf(HomeToSeat.Data data) {
        return data.isLossy() ? lossy : reliable;
    }

    private boolean isTooSlowFor(DataChannel channel) {
        PeerTransport transport = downlink.transport();
        return channel.isLossy()
                ? transport.bufferedBytes(channel) > MAX_LOSSY_BYTES
                : transport.bufferedBytes() > MAX_BUFFERED_BYTES;
    }

    /** Sends what waited for a channel. */
    private void flush(long nowNs) {
        flush(nowNs, reliable, waiting);
        flush(nowNs, lossy, waitingLossy);
    }

    private void flush(long nowNs, @Nullable DataChannel channel, WaitingData packets) {
        if (!isConnected || channel == null) {
            return;
        }
        for (HomeToSeat.Data data = packets.poll(nowNs); data != null; data = packets.poll(nowNs)) {
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
