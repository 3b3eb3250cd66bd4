// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.sctp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SctpWireTest {
    /** CRC32c bit by bit (RFC 9260 appendix A), reflected polynomial 0x82F63B78. */
    private static int slowCrc(byte[] bytes) {
        int crc = ~0;
        for (byte b : bytes) {
            crc ^= b & 0xFF;
            for (int i = 0; i < 8; i++) {
                crc = (crc & 1) == 0 ? crc >>> 1 : crc >>> 1 ^ 0x82F63B78;
            }
        }
        return ~crc;
    }

    /** The vectors of RFC 3720 s.B.4, and the check value of the CRC catalogue. */
    @Test
    void theModelGivesTheVectors() {
        byte[] ones = new byte[32];
        byte[] rising = new byte[32];
        Arrays.fill(ones, (byte) 0xFF);
        for (int i = 0; i < rising.length; i++) {
            rising[i] = (byte) i;
        }
        assertThat(slowCrc(new byte[32])).isEqualTo(0x8A9136AA);
        assertThat(slowCrc(ones)).isEqualTo(0x62A8AB43);
        assertThat(slowCrc(rising)).isEqualTo(0x46DD794E);
        assertThat(slowCrc("123456789".getBytes(StandardCharsets.US_ASCII))).isEqualTo(0xE3069283);
    }

    @Test
    void aPacketCarriesTheModelsChecksumLeastSignificantByteFirst() {
        Random random = new Random(1);
        for (int i = 0; i < 500; i++) {
            byte[] packet = new byte[12 + 4 * random.nextInt(300)];
            random.nextBytes(packet);
            Arrays.fill(packet, 8, 12, (byte) 0);
            int crc = slowCrc(packet);
            SctpWire.writeChecksum(packet, 0, packet.length);
            for (int b = 0; b < 4; b++) {
                assertThat(packet[8 + b]).isEqualTo((byte) (crc >>> 8 * b));
            }
            assertThat(SctpWire.isIntact(packet, 0, packet.length)).isTrue();
            packet[random.nextInt(packet.length)] ^= 1;
            assertThat(SctpWire.isIntact(packet, 0, packet.length)).isFalse();
        }
    }

    @Test
    void numbersExtendAcrossTheWrap() {
        assertThat(SctpWire.extend(3, 0xFFFF_FFFEL)).isEqualTo(0x1_0000_0003L);
        assertThat(SctpWire.extend(0xFFFF_FFFE, 0x1_0000_0003L)).isEqualTo(0xFFFF_FFFEL);
    }
}
