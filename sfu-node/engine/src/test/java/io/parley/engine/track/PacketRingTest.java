// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.track;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.testkit.Choices;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class PacketRingTest {
    private static final long MS = 1_000_000L;

    /** Whatever it still gives out is what was put in, wrapped or grown. */
    @RepeatedTest(100)
    void givesBackExactlyWhatWasPutOrNothing(RepetitionInfo repetition) {
        Choices choices = Choices.ofSeed(repetition.getCurrentRepetition());
        PacketRing ring = new PacketRing(16, 4096);
        Map<Long, byte[]> model = new HashMap<>();
        MediaPacket found = new MediaPacket();
        MediaPacket packet = new MediaPacket();
        long nowNs = 0;
        long seq = 1000;
        for (int i = 0; i < 1500; i++) {
            nowNs += choices.between(0, 30) * MS;
            seq += choices.percent(10) ? 2 : 1;
            byte[] payload = choices.bytes(choices.between(1, 1200));
            packet.extSeq = seq;
            packet.extTs = seq * 3;
            packet.hasMarker = seq % 3 == 0;
            packet.buf = payload;
            packet.len = payload.length;
            ring.put(nowNs, packet);
            model.put(seq, payload);
            long asked = seq - choices.between(0, 60);
            int index = ring.find(asked);
            if (index >= 0) {
                ring.read(index, found);
                assertThat(Arrays.copyOfRange(found.buf, found.off, found.off + found.len))
                        .isEqualTo(model.get(asked));
                assertThat(found.extSeq).isEqualTo(asked);
                assertThat(found.extTs).isEqualTo(asked * 3);
                assertThat(found.hasMarker).isEqualTo(asked % 3 == 0);
            }
            assertThat(ring.find(seq)).isNotNegative();
        }
    }

    @Test
    void growsUntilItHoldsASecond() {
        PacketRing ring = new PacketRing(16, 4096);
        MediaPacket packet = new MediaPacket();
        packet.buf = new byte[1000];
        packet.len = 1000;
        for (int i = 0; i < 1000; i++) {
            packet.extSeq = 5000L + i;
            ring.put(i * 2 * MS, packet);
        }
        // 500 packets a second: the last second is there, as far as doubling reached.
        assertThat(ring.find(5999 - 450)).isNotNegative();
    }

    /** Sizes that vary, as those of key frames and deltas do, used to deceive a guess at which packet is the oldest. */
    @RepeatedTest(20)
    void holdsWhatIsYoungerThanASecondWhateverItsSize(RepetitionInfo repetition) {
        Choices choices = Choices.ofSeed(repetition.getCurrentRepetition());
        PacketRing ring = new PacketRing(16, 4096);
        MediaPacket packet = new MediaPacket();
        packet.buf = new byte[1200];
        for (int i = 0; i < 3000; i++) {
            packet.extSeq = 5000L + i;
            packet.len = choices.percent(20) ? 1200 : choices.between(0, 100);
            ring.put(i * 2 * MS, packet);
            int back = Math.min(i, 490);
            assertThat(ring.find(packet.extSeq - back))
                    .as("%d back of %d", back, i)
                    .isNotNegative();
        }
        assertThat(ring.bytes().length).as("no larger than is needed").isLessThanOrEqualTo(1 << 19);
    }

    @Test
    void neverGrowsBeyondItsCap() {
        PacketRing ring = new PacketRing(16, 4096);
        MediaPacket packet = new MediaPacket();
        packet.buf = new byte[1200];
        packet.len = 1200;
        for (int i = 0; i < 50_000; i++) {
            packet.extSeq = i;
            ring.put(i, packet);
        }
        assertThat(ring.bytes().length).isLessThanOrEqualTo(8 << 20);
    }
}
