// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.srtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.rtc.crypto.JdkCiphers;
import java.util.ArrayDeque;
import org.junit.jupiter.api.Test;

class ReplayWindowsTest {
    private static final int PACKET_BYTES = 60;

    private final ReplayWindows windows = new ReplayWindows();

    private boolean passes(int ssrc, long index) {
        ReplayWindow window = windows.get(ssrc);
        if (window != null && !window.admits(index)) {
            return false;
        }
        windows.mark(window, ssrc, index);
        return true;
    }

    /** Two thousand made-up SSRCs of one peer: whole windows for some of them, a number for the others. */
    @Test
    void keepsAFewWholeWindowsHoweverManySsrcsThereAre() {
        for (int round = 0; round < 3; round++) {
            for (int ssrc = 0; ssrc < 2000; ssrc++) {
                assertThat(passes(ssrc, round)).isTrue();
            }
        }
        assertThat(windows.openCount()).isEqualTo(ReplayWindows.MAX_OPEN);
        assertThat(windows.size()).isEqualTo(2000);
    }

    /** The rule that folding must not weaken: nothing passes twice, whatever else comes between. */
    @Test
    void nothingPassesTwiceWhateverComesBetween() {
        ArrayDeque<long[]> passed = new ArrayDeque<>();
        long state = 1;
        for (int i = 0; i < 200_000; i++) {
            state = state * 6_364_136_223_846_793_005L + 1_442_695_040_888_963_407L;
            int ssrc = (int) (state >>> 33) % 1500;
            long index = i / 3000 * 20 + (state >>> 50) % 60;
            if (passes(ssrc, index)) {
                passed.add(new long[] {ssrc, index});
            }
        }
        assertThat(passed).hasSizeGreaterThan(50_000);
        assertThat(passed).noneMatch(packet -> passes((int) packet[0], packet[1]));
    }

    @Test
    void aStreamThatSpeaksKeepsItsWindow() {
        assertThat(passes(-1, 100)).isTrue();
        for (int ssrc = 0; ssrc < 5000; ssrc++) {
            passes(ssrc, 1);
            if (ssrc % 100 == 0) {
                assertThat(passes(-1, 101 + ssrc)).isTrue();
            }
        }
        assertThat(passes(-1, 4950)).as("overtaken, and not seen yet").isTrue();
    }

    /**
     * A camera that is published anew has new SSRCs, and each had a place for the life of the connection: after 85
     * times six of them, which an honest participant reaches in a day, its video was refused for good.
     */
    @Test
    void aParticipantMayPublishAllDayLong() {
        MasterKey master = master();
        try (SrtpSender sender = new SrtpSender(master, new JdkCiphers());
                SrtpReceiver receiver = new SrtpReceiver(master, new JdkCiphers())) {
            for (int ssrc = 0; ssrc < 6 * 600; ssrc++) {
                byte[] packet = rtp(ssrc, 1);
                int len = sender.protectRtp(packet, 0, 12, PACKET_BYTES, 1);
                sender.retire(ssrc);
                byte[] copy = packet.clone();
                assertThat(receiver.unprotectRtp(packet, 0, 12, len)).isEqualTo(PACKET_BYTES);
                assertThat(receiver.unprotectRtp(copy, 0, 12, len)).isEqualTo(SrtpReceiver.REPLAYED);
            }
        }
    }

    @Test
    void aStreamThatEndedKeepsItsNumbersUsed() {
        try (SrtpSender sender = new SrtpSender(master(), new JdkCiphers())) {
            sender.protectRtp(rtp(7, 5), 0, 12, PACKET_BYTES, 5);
            sender.retire(7);
            sender.retire(8); // never sent
            assertThatThrownBy(() -> sender.protectRtp(rtp(7, 5), 0, 12, PACKET_BYTES, 5))
                    .isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> sender.protectRtp(rtp(7, 4), 0, 12, PACKET_BYTES, 4))
                    .as("perhaps used, perhaps not: no matter")
                    .isInstanceOf(IllegalStateException.class);
            assertThat(sender.protectRtp(rtp(7, 6), 0, 12, PACKET_BYTES, 6)).isGreaterThan(PACKET_BYTES);
        }
    }

    private static MasterKey master() {
        SrtpProfile profile = SrtpProfile.AEAD_AES_128_GCM;
        return new MasterKey(profile, new byte[profile.keyBytes()], new byte[profile.saltBytes()]);
    }

    private static byte[] rtp(int ssrc, int seq) {
        byte[] packet = new byte[100];
        packet[0] = (byte) 0x80;
        packet[3] = (byte) seq;
        packet[10] = (byte) (ssrc >>> 8);
        packet[11] = (byte) ssrc;
        return packet;
    }
}
