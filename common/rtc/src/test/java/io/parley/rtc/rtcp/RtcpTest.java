// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.rtcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The writer against the reader, packet type by packet type. */
class RtcpTest {
    private final byte[] buf = new byte[2000];
    private final RtcpWriter writer = new RtcpWriter();
    private final RtcpReader reader = new RtcpReader();

    @Test
    void carriesReportsAndDescriptionsInOneCompound() {
        writer.begin(buf, 7, 1200);
        writer.beginSenderReport(1, 0x0123456789abcdefL, -2, 0xffff_ffffL, 5);
        writer.reportBlock(9, 255, -3, 0x10002, 44, 0x55, 0x66);
        writer.reportBlock(10, 0, 0x1000000, 1, 2, 3, 4);
        writer.endReport();
        writer.sourceDescription(1, "name");
        assertThat(reader.wrap(buf, 7, writer.length())).isTrue();
        assertThat(reader.next()).isTrue();
        assertThat(reader.type()).isEqualTo(RtcpReader.SENDER_REPORT);
        assertThat(reader.ntpTime()).isEqualTo(0x0123456789abcdefL);
        assertThat(reader.rtpTime()).isEqualTo(-2);
        assertThat(reader.packetCount()).isEqualTo(0xffff_ffffL);
        assertThat(reader.count()).isEqualTo(2);
        assertThat(reader.reportSsrc(0)).isEqualTo(9);
        assertThat(reader.fractionLost(0)).isEqualTo(255);
        assertThat(reader.cumulativeLost(0)).isEqualTo(-3);
        assertThat(reader.extendedHighestSeq(0)).isEqualTo(0x10002);
        assertThat(reader.cumulativeLost(1)).isEqualTo(0x7fffff);
        assertThat(reader.next()).isTrue();
        assertThat(reader.type()).isEqualTo(RtcpReader.SOURCE_DESCRIPTION);
        assertThat(reader.next()).isFalse();
    }

    /** As RFC 3611 s.4.4 and s.4.5 lay them out. */
    @Test
    void carriesReferenceTimesAndTheDelaysSince() {
        writer.begin(buf, 0, 1200);
        writer.beginExtendedReport(0x0a0b0c0d);
        writer.referenceTime(0x0123456789abcdefL);
        writer.beginDelays(2);
        writer.delay(1, 2, 3);
        writer.delay(4, 5, 6);
        writer.endReport();
        String wire = "80cf000b0a0b0c0d" + "04000002" + "0123456789abcdef" + "05000006" + "000000010000000200000003"
                + "000000040000000500000006";
        assertThat(HexFormat.of().formatHex(buf, 0, writer.length())).isEqualTo(wire);
        assertThat(reader.wrap(buf, 0, writer.length())).isTrue();
        assertThat(reader.next()).isTrue();
        assertThat(reader.type()).isEqualTo(RtcpReader.EXTENDED_REPORT);
        assertThat(reader.nextBlock()).isTrue();
        assertThat(reader.blockType()).isEqualTo(RtcpReader.BLOCK_REFERENCE_TIME);
        assertThat(reader.referenceTime()).isEqualTo(0x0123456789abcdefL);
        assertThat(reader.nextBlock()).isTrue();
        assertThat(reader.blockType()).isEqualTo(RtcpReader.BLOCK_DELAY_SINCE_REFERENCE);
        assertThat(reader.delayCount()).isEqualTo(2);
        assertThat(reader.delaySsrc(1)).isEqualTo(4);
        assertThat(reader.lastReference(1)).isEqualTo(5);
        assertThat(reader.delaySinceReference(1)).isEqualTo(6);
        assertThat(reader.nextBlock()).isFalse();
    }

    @Test
    void carriesFeedback() {
        writer.begin(buf, 0, 1200);
        writer.pictureLossIndication(1, 2);
        writer.fullIntraRequest(1, 3, 200);
        writer.beginNack(1, 5);
        writer.nackPair(65535, 0x8001);
        writer.endNack();
        assertThat(reader.wrap(buf, 0, writer.length())).isTrue();
        reader.next();
        assertThat(reader.count()).isEqualTo(RtcpReader.FMT_PLI);
        assertThat(reader.mediaSsrc()).isEqualTo(2);
        reader.next();
        assertThat(reader.firCount()).isEqualTo(1);
        assertThat(reader.firSsrc(0)).isEqualTo(3);
        reader.next();
        assertThat(reader.nackCount()).isEqualTo(1);
        assertThat(reader.nackPacketId(0)).isEqualTo(65535);
        assertThat(reader.nackBitmask(0)).isEqualTo(0x8001);
        assertThat(reader.next()).isFalse();
    }

    @Test
    void transportFeedbackSaysWhenEachPacketCame() {
        Random random = new Random(1);
        for (int round = 0; round < 500; round++) {
            int count = 1 + random.nextInt(150);
            long[] arrivals = new long[count];
            long clock = random.nextInt(1_000_000);
            for (int i = 0; i < count; i++) {
                clock += switch (random.nextInt(4)) {
                    case 0 -> random.nextInt(200_000);
                    case 1 -> -Math.min(clock, random.nextInt(20_000));
                    default -> random.nextInt(3_000);
                };
                arrivals[i] = i > 0 && random.nextInt(5) == 0 ? -1 : clock;
            }
            int baseSeq = random.nextInt(65536);
            writer.begin(buf, 0, 1200);
            int covered = writer.transportFeedback(1, 2, round, baseSeq, arrivals, count);
            assertThat(covered).isEqualTo(count);
            assertThat(reader.wrap(buf, 0, writer.length())).isTrue();
            assertThat(reader.next()).isTrue();
            TransportFeedback feedback = new TransportFeedback();
            assertThat(reader.readTransportFeedback(feedback)).isTrue();
            List<Long> errors = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                assertThat(feedback.next()).isTrue();
                assertThat(feedback.seq()).isEqualTo(baseSeq + i & 0xFFFF);
                assertThat(feedback.isReceived()).as("packet %d", i).isEqualTo(arrivals[i] >= 0);
                if (feedback.isReceived()) {
                    errors.add(arrivals[i] - feedback.arrivalUs());
                }
            }
            assertThat(feedback.next()).isFalse();
            assertThat(errors).allSatisfy(error -> assertThat(error).isBetween(0L, 250L));
        }
    }

    @Test
    void feedbackEndsWhereADeltaDoesNotFit() {
        writer.begin(buf, 0, 1200);
        long[] arrivals = {0, 1_000, 20_000_000, 20_001_000};
        assertThat(writer.transportFeedback(1, 2, 0, 0, arrivals, 4)).isEqualTo(2);
    }

    /** A report that announces more blocks than it has, or a NACK cut short, must show nothing outside the datagram. */
    @Test
    void endsTheWalkAtTheFirstUnsoundPacket() {
        writer.begin(buf, 0, 1200);
        writer.beginReceiverReport(1);
        writer.reportBlock(9, 0, 0, 0, 0, 0, 0);
        writer.endReport();
        writer.pictureLossIndication(1, 2);
        byte[] whole = Arrays.copyOf(buf, writer.length());
        for (int len = 0; len < whole.length; len++) {
            int packets = 0;
            if (reader.wrap(Arrays.copyOf(whole, len), 0, len)) {
                while (reader.next()) {
                    packets++;
                }
            }
            assertThat(packets).as("length %d", len).isEqualTo(len < 32 ? 0 : 1);
        }
        whole[0] |= 5;
        assertThat(reader.wrap(whole, 0, whole.length)).isTrue();
        assertThat(reader.next()).isTrue();
        assertThat(reader.type()).isEqualTo(RtcpReader.PAYLOAD_FEEDBACK);
    }
}
