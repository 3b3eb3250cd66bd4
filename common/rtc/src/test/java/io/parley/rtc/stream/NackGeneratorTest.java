// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.rtc.rtcp.RtcpReader;
import io.parley.rtc.rtcp.RtcpWriter;
import io.parley.rtc.time.Deadline;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NackGeneratorTest {
    private static final long MS = 1_000_000L;
    private static final long RTT = 40 * MS;

    private final NackGenerator nack = new NackGenerator();

    @Test
    void waitsOutReorderingBeforeItAsks() {
        nack.onPacket(0, 100);
        nack.onPacket(0, 103);
        assertThat(nack.nextDeadlineNs()).isEqualTo(20 * MS);
        assertThat(asked(19 * MS)).isEmpty();
        nack.onPacket(19 * MS, 101);
        assertThat(asked(20 * MS)).containsExactly(102);
    }

    @Test
    void asksAgainAfterARoundTripAndGivesUpInTheEnd() {
        nack.onPacket(0, 10);
        nack.onPacket(0, 12);
        int requests = 0;
        long lastGap = 0;
        for (long at = nack.nextDeadlineNs(); at != Deadline.NEVER; at = nack.nextDeadlineNs()) {
            List<Integer> asked = asked(at);
            requests += asked.size();
            lastGap = nack.nextDeadlineNs() == Deadline.NEVER ? lastGap : nack.nextDeadlineNs() - at;
        }
        assertThat(requests).isEqualTo(6);
        assertThat(lastGap).isGreaterThan(RTT);
    }

    @Test
    void packsNeighboursIntoOneBitmask() {
        nack.onPacket(0, 65530);
        nack.onPacket(0, 65530 + 20);
        List<Integer> asked = asked(20 * MS);
        assertThat(asked).hasSize(19).startsWith(65531, 65532).endsWith(12, 13);
    }

    @Test
    void givesUpAJumpThatNoRetransmissionCanFill() {
        nack.onPacket(0, 10);
        nack.onPacket(0, 12);
        assertThat(nack.onPacket(0, 5000)).isFalse();
        assertThat(nack.nextDeadlineNs()).isEqualTo(Deadline.NEVER);
    }

    /**
     * On any network that reorders, the first packet to come need not be the first sent: losses before it were asked for
     * by nobody, and the first key frame had a hole for good.
     */
    @Test
    void asksForWhatWasLostBeforeTheFirstToCome() {
        nack.onPacket(0, 65540);
        nack.onPacket(5 * MS, 65534);
        nack.onPacket(7 * MS, 65537);
        nack.onPacket(9 * MS, 65542);
        assertThat(nack.nextDeadlineNs()).isEqualTo(25 * MS);
        assertThat(asked(29 * MS)).containsExactly(65535, 0, 2, 3, 5);
    }

    /** Any publisher may send its numbers downwards. */
    @Test
    void keepsTheListBoundedDownwardsToo() {
        for (long seq = 10_000; seq > 0; seq -= 2) {
            nack.onPacket(0, seq);
        }
        assertThat(asked(20 * MS)).hasSize(128);
    }

    /** A sender that skips every other number must not grow the list. */
    @Test
    void keepsTheListBounded() {
        for (long seq = 0; seq < 10_000; seq += 2) {
            nack.onPacket(0, seq);
        }
        assertThat(asked(20 * MS).size()).isLessThanOrEqualTo(128);
    }

    private List<Integer> asked(long nowNs) {
        byte[] buf = new byte[1200];
        RtcpWriter writer = new RtcpWriter().begin(buf, 0, buf.length);
        int count = nack.writeDue(nowNs, RTT, writer, 1, 2);
        List<Integer> numbers = new ArrayList<>();
        RtcpReader reader = new RtcpReader();
        if (reader.wrap(buf, 0, writer.length()) && reader.next()) {
            for (int i = 0; i < reader.nackCount(); i++) {
                numbers.add(reader.nackPacketId(i));
                for (int bit = 0; bit < 16; bit++) {
                    if ((reader.nackBitmask(i) & 1 << bit) != 0) {
                        numbers.add(reader.nackPacketId(i) + 1 + bit & 0xFFFF);
                    }
                }
            }
        }
        assertThat(numbers).hasSize(count);
        return numbers;
    }
}
