// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.rtc.buf.Outbox;
import io.parley.rtc.buf.Path;
import io.parley.rtc.datachannel.ChannelOpen;
import io.parley.rtc.datachannel.PayloadProtocol;
import io.parley.rtc.dtls.DtlsRole;
import io.parley.rtc.dtls.DtlsTransport;
import io.parley.rtc.sctp.SctpAssociation;
import io.parley.rtc.sctp.SctpSettings;
import io.parley.rtc.time.Deadline;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A participant's own association, which may do as it likes, and our channels. */
class DataChannelsTest {
    private static final int RECORD_HEADER_BYTES = 13 + 8;
    private static final int RECORD_TRAILER_BYTES = 16;
    private static final ChannelOpen RELIABLE = new ChannelOpen(true, -1, -1, "_reliable", "");

    private final List<DataChannel> opened = new ArrayList<>();
    private final List<DataChannel> closed = new ArrayList<>();
    private final DataListener listener = new DataListener() {
        @Override
        public void onDataChannel(long atNs, DataChannel channel) {
            opened.add(channel);
        }

        @Override
        public void onDataChannelClosed(long atNs, DataChannel channel) {
            closed.add(channel);
        }
    };
    private final DataChannels channels = new DataChannels(listener, new PeerCounters(), new Random(1));
    private final DtlsTransport dtls = new DtlsTransport(
            new PeerPair.Handshake(DtlsRole.SERVER), new PeerPair.ClearCiphers(), (atNs, buf, off, len) -> {});
    private final byte[] packet = new byte[1200];
    private long nowNs = 1_000_000_000L;

    /**
     * A participant who closed a channel and opened it again, on and on, and took none of our acknowledgements: all of
     * them stayed in our queue, each larger than what it cost to ask for it.
     */
    @Test
    void channelsThatComeAndGoQueueNoMoreThanOneAcknowledgementEach() {
        SctpAssociation peer = connect(new SctpSettings(5000, 1160, 1, 1024, 200)); // no window, and it reads nothing
        for (int i = 0; i < 300; i++) {
            open(peer, 1, RELIABLE);
            carry(peer);
            peer.resetStream(1);
            carry(peer);
        }
        assertThat(closed).as("rounds").isNotEmpty();
        assertThat(channels.bufferedBytes()).isLessThan(5);
    }

    @Test
    void aChannelMayBeOpenedAgainOnceItIsClosedOnBothSides() {
        SctpAssociation peer = connect(SctpSettings.DEFAULT);
        for (int i = 0; i < 300; i++) {
            open(peer, 1, RELIABLE);
            carry(peer);
            peer.resetStream(1);
            carry(peer);
        }
        assertThat(opened).hasSize(300);
        assertThat(closed).containsExactlyElementsOf(opened);
    }

    /** Each channel of a participant keeps what it was opened with, and only the label had a bound. */
    @Test
    void aChannelOfALongProtocolIsRefused() {
        SctpAssociation peer = connect(SctpSettings.DEFAULT);
        open(peer, 1, new ChannelOpen(true, -1, -1, "", "p".repeat(60_000)));
        open(peer, 3, new ChannelOpen(true, -1, -1, "l".repeat(60_000), ""));
        open(peer, 5, new ChannelOpen(true, -1, -1, "l".repeat(1024), "p".repeat(1024)));
        carry(peer);
        assertThat(opened).extracting(channel -> channel.streamId).containsExactly(5);
    }

    private SctpAssociation connect(SctpSettings settings) {
        dtls.onProgress();
        channels.onNegotiated(nowNs);
        channels.onDtls(nowNs, DtlsRole.SERVER);
        SctpAssociation peer = new SctpAssociation(settings, new Random(2));
        peer.connect(nowNs);
        carry(peer);
        assertThat(peer.isEstablished()).isTrue();
        return peer;
    }

    private void open(SctpAssociation peer, int streamId, ChannelOpen open) {
        assertThat(peer.send(nowNs, streamId, PayloadProtocol.DCEP, open.encode(), true, -1, Deadline.NEVER))
                .isTrue();
    }

    /** Both ways until nothing is under way, then the delayed acknowledgements. */
    private void carry(SctpAssociation peer) {
        for (int i = 0; i < 2; i++) {
            for (boolean moved = true; moved; ) {
                moved = carryFrom(peer) | carryTo(peer);
            }
            nowNs += 30_000_000L;
            peer.onDeadline(nowNs);
            channels.onDeadline(nowNs);
        }
    }

    private boolean carryFrom(SctpAssociation peer) {
        boolean moved = false;
        for (int len = peer.pollTransmit(nowNs, packet, 0); len >= 0; len = peer.pollTransmit(nowNs, packet, 0)) {
            channels.onPacket(nowNs, packet, 0, len);
            channels.drain(nowNs);
            moved = true;
        }
        return moved;
    }

    private boolean carryTo(SctpAssociation peer) {
        List<Integer> sent = new ArrayList<>();
        Outbox outbox = new Outbox(64, new Outbox.Sink() {
            @Override
            public void onDatagram(Path path, byte[] buf, int off, int len) {
                int packetLen = len - RECORD_HEADER_BYTES - RECORD_TRAILER_BYTES;
                peer.onPacket(nowNs, buf, off + RECORD_HEADER_BYTES, packetLen);
                sent.add(packetLen);
            }

            @Override
            public void onFlush() {}
        });
        channels.transmit(nowNs, dtls, outbox, PeerPair.TO_CLIENT);
        outbox.flush();
        return !sent.isEmpty();
    }
}
