// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.rtc.sctp.SctpAssociation;
import io.parley.rtc.sctp.SctpEvent;
import io.parley.rtc.sctp.SctpSettings;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The peer of an association, chunk by chunk as a test wants them, with the right tag and checksum: what anyone can send
 * who joined and did the DTLS handshake.
 */
final class RawSctpPeer {
    static final int DATA = 0;
    static final int INIT = 1;
    static final int INIT_ACK = 2;
    static final int SACK = 3;
    static final int HEARTBEAT = 4;
    static final int HEARTBEAT_ACK = 5;
    static final int ABORT = 6;
    static final int SHUTDOWN = 7;
    static final int SHUTDOWN_ACK = 8;
    static final int COOKIE_ECHO = 10;
    static final int SHUTDOWN_COMPLETE = 14;
    static final int RE_CONFIG = 130;
    static final int FORWARD_TSN = 192;

    static final int END = 1;
    static final int BEGIN = 2;
    static final int UNORDERED = 4;

    static final int FIRST_TSN = 1000;

    /** Longer than our own packets: nothing obliges a peer to keep to them. */
    private static final int MAX_PACKET = 1400;

    final SctpAssociation target;
    final SctpSettings settings;
    final List<SctpEvent> events = new ArrayList<>();
    long nowNs = 1_000_000_000L;

    /** That the association expects. */
    int tag;

    private final byte[] buf = new byte[2048];

    /** Ends established, with FIRST_TSN as the number of the first DATA chunk. */
    RawSctpPeer(SctpSettings settings) {
        this(new SctpAssociation(settings, Choices.ofSeed(1)), settings);
        send(init(INIT, new byte[0]));
        ByteBuffer answer = ByteBuffer.wrap(chunksOut(INIT_ACK).getFirst());
        tag = answer.getInt(4);
        int cookie = 20;
        while (answer.getShort(cookie) != 7) {
            cookie += answer.getShort(cookie + 2) + 3 & ~3;
        }
        int length = answer.getShort(cookie + 2);
        send(chunk(COOKIE_ECHO, 0, Arrays.copyOfRange(answer.array(), cookie + 4, cookie + length)));
        chunksOut();
        pollEvents();
        assertThat(target.isEstablished()).isTrue();
    }

    /** Says nothing yet. */
    RawSctpPeer(SctpAssociation target, SctpSettings settings) {
        this.target = target;
        this.settings = settings;
    }

    /** INIT or INIT_ACK of a peer with a huge window. */
    static byte[] init(int type, byte[] parameters) {
        return chunk(
                type,
                0,
                ByteBuffer.allocate(16 + parameters.length)
                        .putInt(77)
                        .putInt(1 << 30)
                        .putShort((short) 1024)
                        .putShort((short) 1024)
                        .putInt(FIRST_TSN)
                        .put(parameters)
                        .array());
    }

    static byte[] chunk(int type, int flags, byte[] value) {
        return ByteBuffer.allocate(4 + value.length + 3 & ~3)
                .put((byte) type)
                .put((byte) flags)
                .putShort((short) (4 + value.length))
                .put(value)
                .array();
    }

    static byte[] data(int flags, int tsn, int streamId, int streamSequence, int size) {
        return chunk(
                DATA,
                flags,
                ByteBuffer.allocate(12 + size)
                        .putInt(tsn)
                        .putShort((short) streamId)
                        .putShort((short) streamSequence)
                        .putInt(53)
                        .array());
    }

    static byte[] forwardTsn(int tsn) {
        return chunk(FORWARD_TSN, 0, ByteBuffer.allocate(4).putInt(tsn).array());
    }

    /** @param gaps pairs of offsets from the cumulative number */
    static byte[] sack(int cumulative, int... gaps) {
        ByteBuffer value = ByteBuffer.allocate(12 + 2 * gaps.length)
                .putInt(cumulative)
                .putInt(1 << 30)
                .putShort((short) (gaps.length / 2))
                .putShort((short) 0);
        for (int gap : gaps) {
            value.putShort((short) gap);
        }
        return chunk(SACK, 0, value.array());
    }

    /** Asks for the reset of streams that we send on. */
    static byte[] resetRequest(int number, int lastTsn, int... streamIds) {
        ByteBuffer value = ByteBuffer.allocate(16 + 2 * streamIds.length)
                .putShort((short) 13)
                .putShort((short) (16 + 2 * streamIds.length))
                .putInt(number)
                .putInt(0)
                .putInt(lastTsn);
        for (int streamId : streamIds) {
            value.putShort((short) streamId);
        }
        return chunk(RE_CONFIG, 0, value.array());
    }

    /** The chunks in as few packets as hold them. */
    void send(List<byte[]> chunks) {
        for (int at = 0; at < chunks.size(); ) {
            int from = at;
            int size = 0;
            while (at < chunks.size() && (at == from || size + chunks.get(at).length <= MAX_PACKET)) {
                size += chunks.get(at++).length;
            }
            send(chunks.subList(from, at).toArray(new byte[0][]));
        }
    }

    /** One packet. @return whether the association took it for its own */
    boolean send(byte[]... chunks) {
        int size = 12 + Arrays.stream(chunks).mapToInt(chunk -> chunk.length).sum();
        ByteBuffer packet = ByteBuffer.allocate(size)
                .putShort((short) settings.port())
                .putShort((short) settings.port())
                .putInt(chunks[0][0] == INIT ? 0 : tag)
                .putInt(0);
        for (byte[] chunk : chunks) {
            packet.put(chunk);
        }
        CRC32C crc = new CRC32C();
        crc.update(packet.array());
        packet.putInt(8, Integer.reverseBytes((int) crc.getValue()));
        return target.onPacket(nowNs, packet.array(), 0, size);
    }

    /** All chunks that the association has to send, each with its header and without padding. */
    List<byte[]> chunksOut() {
        List<byte[]> chunks = new ArrayList<>();
        for (int len = target.pollTransmit(nowNs, buf, 0); len >= 0; len = target.pollTransmit(nowNs, buf, 0)) {
            assertThat(len).isBetween(16, settings.maxPacket()).matches(bytes -> bytes % 4 == 0);
            ByteBuffer packet = ByteBuffer.wrap(buf);
            for (int at = 12; at < len; ) {
                int length = packet.getShort(at + 2);
                chunks.add(Arrays.copyOfRange(buf, at, at + length));
                at += length + 3 & ~3;
            }
        }
        return chunks;
    }

    List<byte[]> chunksOut(int type) {
        return chunksOut().stream().filter(chunk -> (chunk[0] & 0xFF) == type).toList();
    }

    void pollEvents() {
        for (SctpEvent event = target.pollEvent(); event != null; event = target.pollEvent()) {
            events.add(event);
        }
    }

    List<SctpEvent.Message> pollMessages() {
        List<SctpEvent.Message> messages = new ArrayList<>();
        for (SctpEvent.Message message = target.pollMessage(); message != null; message = target.pollMessage()) {
            messages.add(message);
        }
        return messages;
    }
}
