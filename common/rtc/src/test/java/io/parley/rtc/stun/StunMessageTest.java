// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.stun;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The sample messages of RFC 5769 and our own writer against our reader. */
class StunMessageTest {
    private static final String PASSWORD = "VOkJxbRl1RmTxUk/WvJxBt";

    private static final byte[] REQUEST = hex("""
            000100582112a442b7e7a701bc34d686fa87dfae
            802200105354554e207465737420636c69656e74
            002400046e0001ff80290008932ff9b151263b36
            000600096576746a3a68367659202020
            000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2
            80280004e57a3bcf
            """);

    private static final byte[] RESPONSE_IPV4 = hex("""
            0101003c2112a442b7e7a701bc34d686fa87dfae
            8022000b7465737420766563746f7220
            002000080001a147e112a643
            000800142b91f599fd9e90c38c7489f92af9ba53f06be7d7
            80280004c07d4c96
            """);

    private static final byte[] RESPONSE_IPV6 = hex("""
            010100482112a442b7e7a701bc34d686fa87dfae
            8022000b7465737420766563746f7220
            002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9
            00080014a382954e4be67bf11784c97c8292c275bfe3ed41
            80280004c8fb0b4c
            """);

    private final StunMessage message = new StunMessage();

    @Test
    void readsTheSampleRequestOfRfc5769() {
        assertThat(message.wrap(REQUEST, 0, REQUEST.length)).isTrue();
        assertThat(message.type()).isEqualTo(StunMessage.BINDING_REQUEST);
        assertThat(message.username()).isEqualTo("evtj:h6vY");
        assertThat(message.priority()).isEqualTo(0x6e0001ffL);
        assertThat(message.isFromControlled()).isTrue();
        assertThat(message.tieBreaker()).isEqualTo(0x932ff9b151263b36L);
        assertThat(message.isAuthentic(new StunIntegrity(PASSWORD))).isTrue();
        assertThat(message.isAuthentic(new StunIntegrity("wrong"))).isFalse();
    }

    @Test
    void readsTheSampleResponsesOfRfc5769() {
        assertThat(message.wrap(RESPONSE_IPV4, 0, RESPONSE_IPV4.length)).isTrue();
        assertThat(message.mappedAddress()).isEqualTo(new InetSocketAddress("192.0.2.1", 32853));
        assertThat(message.isAuthentic(new StunIntegrity(PASSWORD))).isTrue();

        assertThat(message.wrap(RESPONSE_IPV6, 0, RESPONSE_IPV6.length)).isTrue();
        assertThat(message.mappedAddress())
                .isEqualTo(new InetSocketAddress("2001:db8:1234:5678:11:2233:4455:6677", 32853));
        assertThat(message.isAuthentic(new StunIntegrity(PASSWORD))).isTrue();
    }

    @Test
    void refusesEveryTruncationAndEveryFlippedByte() {
        for (int len = 0; len < REQUEST.length; len++) {
            assertThat(message.wrap(REQUEST, 0, len)).as("length %d", len).isFalse();
        }
        StunIntegrity integrity = new StunIntegrity(PASSWORD);
        int fingerprint = REQUEST.length - 8;
        for (int i = 0; i < REQUEST.length; i++) {
            if (i == fingerprint || i == fingerprint + 1) {
                continue; // another attribute type behind MESSAGE-INTEGRITY is to be ignored, RFC 8489 s.14.5
            }
            byte[] broken = REQUEST.clone();
            broken[i] ^= 0x10;
            boolean accepted = message.wrap(broken, 0, broken.length) && message.isAuthentic(integrity);
            assertThat(accepted).as("flipped byte %d", i).isFalse();
        }
    }

    @Test
    void writesWhatItReads() {
        byte[] buf = new byte[300];
        byte[] id = new byte[12];
        id[3] = 7;
        StunIntegrity key = new StunIntegrity("secret password of ICE");
        int len = new StunWriter()
                .begin(buf, 5, StunMessage.BINDING_REQUEST, id)
                .username("abcd:efghi")
                .priority(0xFFFF_FFFFL)
                .role(true, -2)
                .useCandidate()
                .finish(key);
        assertThat(message.wrap(buf, 5, len)).isTrue();
        assertThat(message.username()).isEqualTo("abcd:efghi");
        assertThat(message.priority()).isEqualTo(0xFFFF_FFFFL);
        assertThat(message.isFromControlling()).isTrue();
        assertThat(message.tieBreaker()).isEqualTo(-2);
        assertThat(message.hasUseCandidate()).isTrue();
        assertThat(message.isAuthentic(key)).isTrue();
        assertThat(message.hasTransactionId(id)).isTrue();

        InetSocketAddress v6 = new InetSocketAddress("2001:db8::9", 65535);
        len = new StunWriter()
                .begin(buf, 0, StunMessage.BINDING_SUCCESS, id)
                .mappedAddress(v6)
                .finish(key);
        assertThat(message.wrap(buf, 0, len)).isTrue();
        assertThat(message.mappedAddress()).isEqualTo(v6);

        len = new StunWriter()
                .begin(buf, 0, StunMessage.BINDING_ERROR, id)
                .error(487, "Role Conflict")
                .finish(key);
        assertThat(message.wrap(buf, 0, len)).isTrue();
        assertThat(message.errorCode()).isEqualTo(487);
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replaceAll("\\s", ""));
    }
}
