// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.srtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.rtc.crypto.AeadCipher;
import io.parley.rtc.crypto.Ciphers;
import io.parley.rtc.crypto.CounterCipher;
import io.parley.rtc.crypto.JdkCiphers;
import io.parley.rtc.crypto.OpensslCiphers;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Vectors of RFC 3711 appendix B and RFC 7714 s.16 against every cipher provider, and the rules around them. */
class SrtpVectorsTest {
    static Stream<Ciphers> ciphers() {
        return OpensslCiphers.isAvailable()
                ? Stream.of(new JdkCiphers(), new OpensslCiphers())
                : Stream.of(new JdkCiphers());
    }

    @ParameterizedTest
    @MethodSource("ciphers")
    void counterModeKeystreamIsThatOfRfc3711B2(Ciphers ciphers) {
        CounterCipher cipher = ciphers.counter(hex("2B7E151628AED2A6ABF7158809CF4F3C"));
        byte[] text = new byte[48];
        cipher.apply(hex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD0000"), text, 0, text.length);
        assertThat(text)
                .isEqualTo(hex("E03EAD0935C95E80E166B16DD92B4EB4D23513162B02D0F72A43A2FE4A5F97AB"
                        + "41E95B3BB0A2E8DD477901E4FCA894C0"));
    }

    @Test
    void derivesTheSessionKeysOfRfc3711B3() {
        MasterKey master = new MasterKey(
                SrtpProfile.AES128_CM_HMAC_SHA1_80,
                hex("E1F97A0D3E018BE0D64FA32C06DE4139"),
                hex("0EC675AD498AFEEBB6960B3AABE6"));
        assertThat(master.derive(MasterKey.LABEL_RTP_ENCRYPTION, 16))
                .isEqualTo(hex("C61E7A93744F39EE10734AFE3FF7A087"));
        assertThat(master.derive(MasterKey.LABEL_RTP_SALT, 14)).isEqualTo(hex("30CBBC08863D8C85D49DB34A9AE1"));
        assertThat(master.derive(MasterKey.LABEL_RTP_AUTHENTICATION, 20))
                .isEqualTo(hex("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"));
    }

    @ParameterizedTest
    @MethodSource("ciphers")
    void sealsTheRtpPacketOfRfc7714(Ciphers ciphers) {
        byte[] key = hex("000102030405060708090a0b0c0d0e0f");
        byte[] salt = hex("517569642070726f2071756f");
        Protection sealing = new GcmProtection(ciphers.gcm(key, true), ciphers.gcm(key, true), salt, salt);
        byte[] plain = hex("8040f17b8041f8d35501a0b2"
                + "47616c6c696120657374206f6d6e697320646976697361"
                + "20696e207061727465732074726573");
        byte[] packet = Arrays.copyOf(plain, plain.length + AeadCipher.TAG_BYTES);
        int len = sealing.sealRtp(packet, 0, 12, plain.length, 0x5501a0b2, 0xf17b);
        assertThat(packet)
                .hasSize(len)
                .isEqualTo(hex("8040f17b8041f8d35501a0b2"
                        + "f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833"
                        + "899d7f27beb16a9152cf765ee4390cce"));
        Protection opening = new GcmProtection(ciphers.gcm(key, false), ciphers.gcm(key, false), salt, salt);
        assertThat(opening.openRtp(packet, 0, 12, len, 0x5501a0b2, 0xf17b)).isEqualTo(plain.length);
        assertThat(packet).startsWith(plain);
    }

    @ParameterizedTest
    @MethodSource("ciphers")
    void everyProfileOpensWhatItSealsOnceAndNothingElse(Ciphers ciphers) {
        for (SrtpProfile profile : SrtpProfile.values()) {
            MasterKey master = master(profile);
            try (SrtpSender sender = new SrtpSender(master, ciphers);
                    SrtpReceiver receiver = new SrtpReceiver(master, ciphers)) {
                for (long extSeq : new long[] {65530, 65531, 65533, 65532, 65536, 65537, 65535, 98000}) {
                    byte[] packet = rtp(extSeq);
                    int len = sender.protectRtp(packet, 0, 12, 60, extSeq);
                    byte[] broken = packet.clone();
                    broken[20] ^= 1;
                    assertThat(receiver.unprotectRtp(broken, 0, 12, len)).isEqualTo(SrtpReceiver.NOT_AUTHENTIC);
                    byte[] copy = packet.clone();
                    assertThat(receiver.unprotectRtp(packet, 0, 12, len)).isEqualTo(60);
                    assertThat(packet).startsWith(Arrays.copyOf(rtp(extSeq), 60));
                    assertThat(receiver.unprotectRtp(copy, 0, 12, len)).isEqualTo(SrtpReceiver.REPLAYED);
                }
                byte[] rtcp = new byte[100];
                rtcp[0] = (byte) 0x80;
                rtcp[1] = (byte) 201;
                rtcp[3] = 7;
                rtcp[30] = 42;
                byte[] plain = rtcp.clone();
                int len = sender.protectRtcp(rtcp, 0, 32);
                byte[] copy = rtcp.clone();
                assertThat(rtcp).isNotEqualTo(plain);
                assertThat(receiver.unprotectRtcp(rtcp, 0, len)).isEqualTo(32);
                assertThat(Arrays.copyOf(rtcp, 32)).isEqualTo(Arrays.copyOf(plain, 32));
                assertThat(receiver.unprotectRtcp(copy, 0, len)).isEqualTo(SrtpReceiver.REPLAYED);
            }
        }
    }

    @Test
    void providersAgree() {
        for (SrtpProfile profile : SrtpProfile.values()) {
            List<byte[]> packets = ciphers()
                    .map(ciphers -> {
                        byte[] packet = rtp(7);
                        new SrtpSender(master(profile), ciphers).protectRtp(packet, 0, 12, 60, 7);
                        return packet;
                    })
                    .toList();
            assertThat(packets).allSatisfy(packet -> assertThat(packet).isEqualTo(packets.getFirst()));
        }
    }

    @Test
    void refusesToProtectTheSameNumberTwice() {
        SrtpSender sender = new SrtpSender(master(SrtpProfile.AEAD_AES_128_GCM), new JdkCiphers());
        sender.protectRtp(rtp(5), 0, 12, 60, 5);
        assertThatThrownBy(() -> sender.protectRtp(rtp(5), 0, 12, 60, 5)).isInstanceOf(IllegalStateException.class);
        sender.protectRtp(rtp(5 + (1 << 16)), 0, 12, 60, 5 + (1 << 16)); // the next ROC is another nonce
    }

    /** One authenticated peer that makes up SSRCs must not grow our memory for ever. */
    @Test
    void capsTheSsrcsOfOnePeer() {
        MasterKey master = master(SrtpProfile.AEAD_AES_128_GCM);
        SrtpSender sender = new SrtpSender(master, new JdkCiphers());
        SrtpReceiver receiver = new SrtpReceiver(master, new JdkCiphers());
        int refused = 0;
        for (int ssrc = 0; ssrc < 6000; ssrc++) {
            byte[] packet = rtp(1);
            packet[10] = (byte) (ssrc >>> 8);
            packet[11] = (byte) ssrc;
            int len = sender.protectRtp(packet, 0, 12, 60, 1);
            refused += receiver.unprotectRtp(packet, 0, 12, len) == SrtpReceiver.TOO_MANY_SSRCS ? 1 : 0;
        }
        assertThat(refused).isEqualTo(6000 - SrtpReceiver.MAX_SSRCS);
    }

    private static MasterKey master(SrtpProfile profile) {
        byte[] key = new byte[profile.keyBytes()];
        byte[] salt = new byte[profile.saltBytes()];
        Arrays.fill(key, (byte) 9);
        Arrays.fill(salt, (byte) 3);
        return new MasterKey(profile, key, salt);
    }

    private static byte[] rtp(long extSeq) {
        byte[] packet = new byte[100];
        packet[0] = (byte) 0x80;
        packet[2] = (byte) (extSeq >>> 8);
        packet[3] = (byte) extSeq;
        packet[11] = 77;
        packet[30] = 1;
        return packet;
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }
}
