// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.rtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class RtpHeaderTest {
    private final RtpHeader header = new RtpHeader();

    @Test
    void readsFixedHeaderCsrcsAndOneByteExtensions() {
        byte[] packet = hex("92e0" + "1234" + "89abcdef" + "deadbeef" + "00000001" + "00000002" + "bede0002" + "10aa"
                + "41ffee" + "000000" + "cafe");
        assertThat(header.wrap(packet, 0, packet.length)).isTrue();
        assertThat(header.hasMarker()).isTrue();
        assertThat(header.payloadType()).isEqualTo(0x60);
        assertThat(header.seq()).isEqualTo(0x1234);
        assertThat(header.timestamp()).isEqualTo(0x89abcdef);
        assertThat(header.ssrc()).isEqualTo(0xdeadbeef);
        assertThat(header.headerLength()).isEqualTo(packet.length - 2);
        assertThat(packet[header.findExtension(1)]).isEqualTo((byte) 0xaa);
        assertThat(header.extensionLength()).isEqualTo(1);
        assertThat(packet[header.findExtension(4)]).isEqualTo((byte) 0xff);
        assertThat(header.extensionLength()).isEqualTo(2);
        assertThat(header.findExtension(5)).isEqualTo(-1);
    }

    @Test
    void readsTwoByteExtensions() {
        byte[] packet = hex("90600001" + "00000000" + "00000001" + "10000002" + "2003aabbcc" + "0400" + "00");
        assertThat(header.wrap(packet, 0, packet.length)).isTrue();
        assertThat(header.findExtension(0x20)).isEqualTo(18);
        assertThat(header.extensionLength()).isEqualTo(3);
        assertThat(header.findExtension(4)).isEqualTo(23);
        assertThat(header.extensionLength()).isZero();
    }

    @Test
    void writesWhatItReads() {
        byte[] buf = new byte[100];
        RtpWriter writer = new RtpWriter().begin(buf, 10, true, 111, 65535, -5, 77);
        int at = writer.extension(3, 2);
        buf[at] = 1;
        buf[at + 1] = 2;
        buf[writer.extension(4, 1)] = 'x';
        int len = writer.finishHeader();
        assertThat(header.wrap(buf, 10, len)).isTrue();
        assertThat(header.headerLength()).isEqualTo(len).isEqualTo(24);
        assertThat(header.seq()).isEqualTo(65535);
        assertThat(header.timestamp()).isEqualTo(-5);
        assertThat(buf[header.findExtension(4)]).isEqualTo((byte) 'x');
    }

    @Test
    void findsImpossiblePadding() {
        byte[] packet = hex("a0600001" + "00000000" + "00000001" + "aabb02");
        assertThat(header.wrap(packet, 0, packet.length)).isTrue();
        assertThat(header.paddingLength(packet.length)).isEqualTo(2);
        packet[packet.length - 1] = 4;
        assertThat(header.paddingLength(packet.length)).isEqualTo(-1);
        packet[packet.length - 1] = 0;
        assertThat(header.paddingLength(packet.length)).isEqualTo(-1);
    }

    /** An extension length beyond the datagram once would have read past it: anyone can send that. */
    @Test
    void refusesHeadersThatEndOutsideTheDatagram() {
        byte[] whole = hex("9f600001" + "00000000" + "00000001" + "00".repeat(60) + "bede0001" + "10aa0000");
        assertThat(header.wrap(whole, 0, whole.length)).isTrue();
        for (int len = 0; len < whole.length; len++) {
            assertThat(header.wrap(whole, 0, len)).as("length %d", len).isFalse();
        }
        byte[] lying = hex("90600001" + "00000000" + "00000001" + "bedeffff" + "10aa0000");
        assertThat(header.wrap(lying, 0, lying.length)).isFalse();
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }
}
