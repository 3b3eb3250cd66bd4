// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ResendBufferTest {
    @Test
    void givesBackWhatWasSentOrNothing() {
        Random random = new Random(1);
        ResendBuffer buffer = new ResendBuffer();
        Map<Long, byte[]> model = new HashMap<>();
        byte[] into = new byte[1600];
        for (long seq = 60_000; seq < 64_000; seq++) {
            byte[] packet = new byte[random.nextInt(20, 1500)];
            random.nextBytes(packet);
            buffer.put(seq, packet, 0, packet.length);
            model.put(seq, packet);
            long asked = seq - random.nextInt(70);
            int len = buffer.get(asked, into, 7);
            if (len >= 0) {
                assertThat(Arrays.copyOfRange(into, 7, 7 + len)).isEqualTo(model.get(asked));
            }
            assertThat(buffer.get(seq, into, 0)).isEqualTo(packet.length);
        }
    }

    @Test
    void holdsASecondOfSpeech() {
        ResendBuffer buffer = new ResendBuffer();
        byte[] packet = new byte[150];
        for (long seq = 70_000; seq < 70_200; seq++) {
            buffer.put(seq, packet, 0, packet.length);
        }
        assertThat(buffer.get(70_150, packet, 0)).isEqualTo(150);
        assertThat(buffer.get(70_100, packet, 0)).isNegative();
        assertThat(buffer.get(-1, packet, 0)).isNegative();
    }
}
