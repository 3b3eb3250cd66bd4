// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.rtc.buf.IntMap;
import io.parley.rtc.cc.ArrivalRecorder;
import io.parley.rtc.rtcp.RtcpReader;
import io.parley.rtc.rtcp.RtcpWriter;
import io.parley.rtc.rtcp.TransportFeedback;
import io.parley.rtc.rtp.RtpHeader;
import io.parley.rtc.rtp.RtpWriter;
import io.parley.rtc.stun.StunIntegrity;
import io.parley.rtc.stun.StunMessage;
import io.parley.rtc.stun.StunWriter;
import io.parley.rtc.time.Deadline;
import io.parley.rtc.time.DeadlineQueue;
import io.parley.rtc.time.ExtendedSequence;
import io.parley.rtc.time.NtpTime;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/** Rules that hold for all inputs; each repetition is a seed. */
class WirePropertyTest {
    private static final int SEEDS = 200;

    @RepeatedTest(SEEDS)
    void stunReadsWhatItWrote(RepetitionInfo repetition) throws UnknownHostException {
        Choices choices = Choices.ofSeed(repetition.getCurrentRepetition());
        byte[] buf = new byte[1000];
        byte[] id = choices.bytes(12);
        int off = choices.between(0, 50);
        String name = "u".repeat(choices.between(1, 300)) + ":x";
        long tieBreaker = choices.nextLong();
        StunIntegrity key = new StunIntegrity("password" + choices.nextInt());
        InetSocketAddress mapped = new InetSocketAddress(
                InetAddress.getByAddress(choices.bytes(choices.nextBoolean() ? 4 : 16)), choices.between(0, 65535));
        int len = new StunWriter()
                .begin(buf, off, StunMessage.BINDING_REQUEST, id)
                .username(name)
                .role(choices.nextBoolean(), tieBreaker)
                .mappedAddress(mapped)
                .finish(key);
        StunMessage message = new StunMessage();
        assertThat(message.wrap(buf, off, len)).isTrue();
        assertThat(message.username()).isEqualTo(name);
        assertThat(message.tieBreaker()).isEqualTo(tieBreaker);
        assertThat(message.mappedAddress()).isEqualTo(mapped);
        assertThat(message.isAuthentic(key)).isTrue();
        buf[off + choices.between(0, len - 9)] ^= (byte) choices.between(1, 255);
        assertThat(message.wrap(buf, off, len) && message.isAuthentic(key)).isFalse();
    }

    @RepeatedTest(SEEDS)
    void rtpReadsWhatItWrote(RepetitionInfo repetition) {
        Choices choices = Choices.ofSeed(repetition.getCurrentRepetition());
        boolean twoByte = choices.nextBoolean();
        Map<Integer, byte[]> elements = new TreeMap<>();
        for (int i = choices.between(0, 6); i > 0; i--) {
            elements.put(choices.between(1, twoByte ? 255 : 14), choices.bytes(choices.between(1, 16)));
        }
        byte[] buf = new byte[600];
        int off = choices.between(0, 64);
        int seq = choices.between(0, 65535);
        RtpWriter writer = new RtpWriter().begin(buf, off, choices.nextBoolean(), 96, seq, 5, 6);
        if (twoByte) {
            writer.useTwoByteExtensions();
        }
        elements.forEach(
                (id, value) -> System.arraycopy(value, 0, buf, writer.extension(id, value.length), value.length));
        int len = writer.finishHeader();
        RtpHeader header = new RtpHeader();
        assertThat(header.wrap(buf, off, len)).isTrue();
        assertThat(header.headerLength()).isEqualTo(len);
        assertThat(header.seq()).isEqualTo(seq);
        elements.forEach((id, value) -> {
            int at = header.findExtension(id);
            assertThat(header.extensionLength()).isEqualTo(value.length);
            assertThat(java.util.Arrays.copyOfRange(buf, at, at + value.length)).isEqualTo(value);
        });
    }

    @RepeatedTest(SEEDS)
    void intMapAgreesWithHashMap(RepetitionInfo repetition) {
        Choices choices = Choices.ofSeed(repetition.getCurrentRepetition());
        IntMap<String> map = new IntMap<>();
        Map<Integer, String> model = new HashMap<>();
        for (int i = 0; i < 500; i++) {
            int key = choices.between(0, 60) * (choices.nextBoolean() ? 1 : 1 << 16);
            if (choices.percent(60)) {
                assertThat(map.put(key, "v" + i)).isEqualTo(model.put(key, "v" + i));
            } else {
                assertThat(map.remove(key)).isEqualTo(model.remove(key));
            }
            assertThat(map.size()).isEqualTo(model.size());
        }
        model.forEach((key, value) -> assertThat(map.get(key)).isEqualTo(value));
        assertThat(map.values()).containsExactlyInAnyOrderElementsOf(model.values());
    }

    @RepeatedTest(SEEDS)
    void deadlineQueueGivesOwnersInOrder(RepetitionInfo repetition) {
        Choices choices = Choices.ofSeed(repetition.getCurrentRepetition());
        DeadlineQueue<Integer> queue = new DeadlineQueue<>();
        Map<Integer, DeadlineQueue.Entry<Integer>> entries = new HashMap<>();
        Map<Integer, Long> model = new HashMap<>();
        for (int i = 0; i < 300; i++) {
            int owner = choices.between(0, 40);
            long deadline = choices.percent(20) ? Deadline.NEVER : choices.between(0, 1000);
            queue.update(entries.computeIfAbsent(owner, DeadlineQueue.Entry::new), deadline);
            if (deadline == Deadline.NEVER) {
                model.remove(owner);
            } else {
                model.put(owner, deadline);
            }
            long least = model.values().stream().mapToLong(d -> d).min().orElse(Deadline.NEVER);
            assertThat(queue.nextDeadlineNs()).isEqualTo(least);
        }
        for (Integer owner = queue.pollDue(500); owner != null; owner = queue.pollDue(500)) {
            assertThat(model.remove(owner)).isLessThanOrEqualTo(500);
        }
        assertThat(model.values()).allSatisfy(deadline -> assertThat(deadline).isGreaterThan(500));
    }

    @RepeatedTest(SEEDS)
    void extendedNumbersFollowAnyPathOfSmallSteps(RepetitionInfo repetition) {
        Choices choices = Choices.ofSeed(repetition.getCurrentRepetition());
        ExtendedSequence sequence = new ExtendedSequence();
        long truth = (1L << 16) + choices.between(0, 65535);
        for (int i = 0; i < 2000; i++) {
            assertThat(sequence.extend((int) truth & 0xFFFF)).isEqualTo(truth);
            sequence.note(truth);
            truth = Math.max(1 << 16, truth + choices.between(-100, 3000));
        }
    }

    @RepeatedTest(SEEDS)
    void ntpTimeSurvivesTheRoundTrip(RepetitionInfo repetition) {
        Choices choices = Choices.ofSeed(repetition.getCurrentRepetition());
        long unixNs = Math.floorMod(choices.nextLong(), 2_000_000_000_000_000_000L);
        assertThat(NtpTime.toUnixNanos(NtpTime.ofUnixNanos(unixNs))).isBetween(unixNs - 1, unixNs);
        int compact = choices.between(0, 1 << 24);
        assertThat(NtpTime.nanosToCompact(NtpTime.compactToNanos(compact))).isBetween(compact - 1, compact);
    }

    /** Each packet is reported on exactly once, in order, and as arrived only if it was. */
    @RepeatedTest(SEEDS)
    void arrivalRecorderReportsEveryPacketOnce(RepetitionInfo repetition) {
        Choices choices = Choices.ofSeed(repetition.getCurrentRepetition());
        ArrivalRecorder recorder = new ArrivalRecorder();
        byte[] buf = new byte[1200];
        Map<Integer, Boolean> arrived = new HashMap<>();
        long nowNs = 5_000_000_000L;
        int seq = choices.between(0, 65535);
        int nextReported = seq;
        int reported = 0;
        for (int i = 0; i < 600; i++) {
            nowNs += choices.between(0, 4_000_000);
            boolean lost = i > 0 && choices.percent(10);
            arrived.put(seq, !lost);
            if (!lost) {
                recorder.onPacket(nowNs, seq, 1);
            }
            seq = seq + 1 & 0xFFFF;
            while (Deadline.isDue(recorder.nextDeadlineNs(), nowNs)) {
                RtcpWriter writer = new RtcpWriter().begin(buf, 0, buf.length);
                recorder.writeFeedback(writer, 9);
                RtcpReader reader = new RtcpReader();
                TransportFeedback feedback = new TransportFeedback();
                assertThat(reader.wrap(buf, 0, writer.length()) && reader.next())
                        .isTrue();
                assertThat(reader.readTransportFeedback(feedback)).isTrue();
                while (feedback.next()) {
                    while (feedback.seq() != nextReported) {
                        assertThat(arrived.get(nextReported))
                                .as("left out: %d", nextReported)
                                .isFalse();
                        nextReported = nextReported + 1 & 0xFFFF;
                    }
                    assertThat(feedback.isReceived()).isEqualTo(arrived.get(nextReported));
                    nextReported = nextReported + 1 & 0xFFFF;
                    reported++;
                }
            }
        }
        assertThat(reported).isGreaterThan(300);
    }
}
