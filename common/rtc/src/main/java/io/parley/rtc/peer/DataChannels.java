// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.peer;

import io.parley.rtc.buf.Outbox;
import io.parley.rtc.buf.Path;
import io.parley.rtc.datachannel.ChannelOpen;
import io.parley.rtc.datachannel.PayloadProtocol;
import io.parley.rtc.dtls.DtlsRole;
import io.parley.rtc.dtls.DtlsTransport;
import io.parley.rtc.sctp.SctpAssociation;
import io.parley.rtc.sctp.SctpEvent;
import io.parley.rtc.sctp.SctpSettings;
import io.parley.rtc.time.Deadline;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The data channels of one peer over their association (RFC 8831). Owned by the peer's shard. */
final class DataChannels {
    /** Clients use three; each costs a little memory. */
    private static final int MAX_CHANNELS = 64;

    /** Of a label, and of a protocol. */
    private static final int MAX_NAME_LENGTH = 1024;

    /** Beyond the first the owner is told to slow down, below the second to go on. */
    private static final int CONGESTED_BYTES = 1 << 20;

    private static final int RELIEVED_BYTES = 3 << 18;

    private final SctpAssociation association;
    private final DataListener listener;
    private final PeerCounters counters;
    private final Map<Integer, DataChannel> byStream = new HashMap<>();

    /** Ours that wait for the DTLS role. */
    private final List<DataChannel> unnumbered = new ArrayList<>();

    private final byte[] packet = new byte[SctpSettings.DEFAULT.maxPacket()];
    private @Nullable DtlsRole role;
    private boolean isNegotiated;
    private boolean isPaused;
    private boolean isCongested;

    DataChannels(DataListener listener, PeerCounters counters, RandomGenerator random) {
        this.listener = listener;
        this.counters = counters;
        this.association = new SctpAssociation(SctpSettings.DEFAULT, random);
    }

    /** Both descriptions have an application section. */
    void onNegotiated(long nowNs) {
        isNegotiated = true;
        connect(nowNs);
    }

    void onDtls(long nowNs, DtlsRole ourRole) {
        role = ourRole;
        connect(nowNs);
    }

    private void connect(long nowNs) {
        if (isNegotiated && role != null) {
            association.connect(nowNs);
            List.copyOf(unnumbered).forEach(channel -> announce(nowNs, channel));
            unnumbered.clear();
        }
    }

    DataChannel open(long nowNs, ChannelOpen open) {
        DataChannel channel = new DataChannel(open, -1, false);
        unnumbered.add(channel);
        connect(nowNs);
        return channel;
    }

    /** Nobody announces this one: both sides know its stream (RFC 8831 s.6.4, "external negotiation"). */
    DataChannel openAgreed(ChannelOpen open, int streamId) {
        DataChannel channel = DataChannel.agreed(open, streamId);
        byStream.put(streamId, channel);
        return channel;
    }

    /** The DTLS client has the even streams (RFC 8832 s.6). */
    private void announce(long nowNs, DataChannel channel) {
        int id = role == DtlsRole.CLIENT ? 0 : 1;
        while (byStream.containsKey(id)) {
            id += 2;
        }
        channel.streamId = id;
        byStream.put(id, channel);
        association.send(nowNs, id, PayloadProtocol.DCEP, channel.open().encode(), true, -1, Deadline.NEVER);
    }

    /** @return false if the channel is closed, or not numbered yet */
    boolean send(long nowNs, DataChannel channel, byte[] payload) {
        if (byStream.get(channel.streamId) != channel) {
            return false;
        }
        ChannelOpen open = channel.open();
        boolean isEmpty = payload.length == 0;
        boolean sent = association.send(
                nowNs,
                channel.streamId,
                isEmpty ? PayloadProtocol.EMPTY_BINARY : PayloadProtocol.BINARY,
                isEmpty ? new byte[1] : payload,
                open.isOrdered() || !channel.isAcknowledged,
                open.maxRetransmits(),
                open.maxLifetimeMs() < 0 ? Deadline.NEVER : open.maxLifetimeMs() * 1_000_000L);
        noteCongestion(nowNs);
        return sent;
    }

    int bufferedBytes(DataChannel channel) {
        return channel.streamId < 0 ? 0 : association.bufferedBytes(channel.streamId);
    }

    int bufferedBytes() {
        return association.bufferedBytes();
    }

    String state() {
        return association.state();
    }

    /** While paused nothing is read, and the peer's window fills. */
    void setPaused(boolean paused) {
        isPaused = paused;
    }

    /** The peer is gone: nothing more is handed out. */
    void stop() {
        isPaused = true;
        byStream.clear();
    }

    void onPacket(long nowNs, byte[] buf, int off, int len) {
        if (!association.onPacket(nowNs, buf, off, len)) {
            counters.count(DropReason.SCTP_REFUSED);
        }
    }

    long nextDeadlineNs() {
        return association.nextDeadlineNs();
    }

    void onDeadline(long nowNs) {
        association.onDeadline(nowNs);
    }

    /** Hands out what came, then sends what is due. */
    void drain(long nowNs) {
        // Messages first: those of a stream came before its reset.
        while (!isPaused) {
            SctpEvent.Message message = association.pollMessage();
            if (message == null) {
                break;
            }
            onMessage(nowNs, message);
        }
        for (SctpEvent event = pollEvent(); event != null; event = pollEvent()) {
            onEvent(nowNs, event);
        }
        noteCongestion(nowNs);
    }

    private @Nullable SctpEvent pollEvent() {
        return isPaused ? null : association.pollEvent();
    }

    void transmit(long nowNs, DtlsTransport dtls, Outbox outbox, Path path) {
        for (int len = association.pollTransmit(nowNs, packet, 0);
                len >= 0;
                len = association.pollTransmit(nowNs, packet, 0)) {
            if (dtls.seal(packet, 0, len, outbox.claim())) {
                outbox.commit(path);
            }
        }
    }

    private void noteCongestion(long nowNs) {
        int buffered = association.bufferedBytes();
        if (isCongested ? buffered < RELIEVED_BYTES : buffered > CONGESTED_BYTES) {
            isCongested = !isCongested;
            listener.onDataCongestion(nowNs, isCongested);
        }
    }

    private void onMessage(long nowNs, SctpEvent.Message message) {
        DataChannel channel = byStream.get(message.streamId());
        if (message.ppid() == PayloadProtocol.DCEP) {
            onEstablishment(nowNs, message, channel);
        } else if (channel != null) {
            channel.isAcknowledged = true; // whoever sends on a channel knows it
            byte[] payload = PayloadProtocol.isEmpty(message.ppid()) ? new byte[0] : message.payload();
            listener.onData(nowNs, channel, payload);
        }
    }

    private void onEstablishment(long nowNs, SctpEvent.Message message, @Nullable DataChannel channel) {
        if (ChannelOpen.isAck(message.payload())) {
            if (channel != null) {
                channel.isAcknowledged = true;
            }
            return;
        }
        ChannelOpen open = ChannelOpen.parse(message.payload());
        int id = message.streamId();
        // Who uses a stream again before we have reset it (RFC 8831 s.6.7) would have an answer queued behind each
        // before.
        boolean isFree = channel == null && association.bufferedBytes(id) == 0;
        if (open == null
                || !isFree
                || byStream.size() >= MAX_CHANNELS
                || open.label().length() > MAX_NAME_LENGTH
                || open.protocol().length() > MAX_NAME_LENGTH) {
            association.resetStream(id);
            return;
        }
        DataChannel opened = new DataChannel(open, id, true);
        byStream.put(id, opened);
        association.send(nowNs, id, PayloadProtocol.DCEP, ChannelOpen.ack(), true, -1, Deadline.NEVER);
        listener.onDataChannel(nowNs, opened);
    }

    private void onEvent(long nowNs, SctpEvent event) {
        switch (event) {
            case SctpEvent.PeerReset(List<Integer> streamIds) ->
                streamIds.forEach(id -> {
                    association.resetStream(id); // ours too: a channel closes in both directions
                    onClosed(nowNs, id);
                });
            case SctpEvent.Restarted restarted -> closeAll(nowNs, channel -> !channel.isAgreed());
            case SctpEvent.Closed closed -> closeAll(nowNs, channel -> true);
            case SctpEvent.Established established -> listener.onDataConnected(nowNs);
            case SctpEvent.Message message -> throw new IllegalStateException("messages are polled apart");
        }
    }

    private void closeAll(long nowNs, Predicate<DataChannel> which) {
        List.copyOf(byStream.values()).stream().filter(which).forEach(channel -> onClosed(nowNs, channel.streamId));
    }

    private void onClosed(long nowNs, int streamId) {
        DataChannel channel = byStream.remove(streamId);
        if (channel != null) {
            listener.onDataChannelClosed(nowNs, channel);
        }
    }
}
