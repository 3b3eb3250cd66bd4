// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.rtc.buf.Bytes;
import io.parley.rtc.sctp.SctpEvent;
import io.parley.rtc.time.Deadline;
import io.parley.testkit.SimulatedNetwork.Link;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/**
 * Two associations over a network that loses, repeats and reorders, against the obvious model: what was sent on a
 * stream, in the order in which it was sent.
 */
class SctpPropertyTest {
    private static final int SEEDS = 150;
    private static final int STREAMS = 4;
    private static final long MS = 1_000_000L;

    private final InetSocketAddress here = new InetSocketAddress("10.0.0.1", 1);
    private final InetSocketAddress there = new InetSocketAddress("10.0.0.2", 2);

    private Simulation simulation;
    private SctpEndpoint alice;
    private SctpEndpoint bob;
    private SimulatedNetwork network;

    private void start(long seed, Link link) {
        simulation = new Simulation(Choices.ofSeed(seed));
        network = new SimulatedNetwork(simulation, link);
        alice = new SctpEndpoint(simulation, network, here, there);
        bob = new SctpEndpoint(simulation, network, there, here);
    }

    private void connect() {
        connect(alice);
        connect(bob);
        simulation.runUntil("established", 30_000, () -> has(alice) && has(bob));
    }

    private void connect(SctpEndpoint end) {
        end.association.connect(simulation.nowNs());
        end.drain();
    }

    private static boolean has(SctpEndpoint end) {
        return end.events.contains(new SctpEvent.Established());
    }

    /** Stream id, number within the stream, random bytes, and a checksum at the end. */
    private byte[] payload(int stream, int number, int size) {
        byte[] payload = simulation.choices().bytes(12 + size);
        Bytes.putI32(payload, 0, stream);
        Bytes.putI32(payload, 4, number);
        Bytes.putI32(payload, payload.length - 4, crc(payload));
        return payload;
    }

    private static int crc(byte[] payload) {
        CRC32 crc = new CRC32();
        crc.update(payload, 0, payload.length - 4);
        return (int) crc.getValue();
    }

    private static int number(SctpEvent.Message message) {
        assertThat(Bytes.i32(message.payload(), message.payload().length - 4)).isEqualTo(crc(message.payload()));
        assertThat(Bytes.i32(message.payload(), 0)).isEqualTo(message.streamId());
        return Bytes.i32(message.payload(), 4);
    }

    private int size() {
        Choices choices = simulation.choices();
        return switch (choices.between(0, 9)) {
            case 0 -> choices.between(20_000, 60_000);
            case 1, 2, 3 -> choices.between(1_000, 5_000);
            default -> choices.between(0, 300);
        };
    }

    /** Streams 0 and 1 are reliable (ordered, unordered), 2 and 3 may lose (ordered, unordered). */
    @RepeatedTest(SEEDS)
    void everyStreamKeepsItsPromise(RepetitionInfo repetition) {
        start(repetition.getCurrentRepetition(), new Link(0, 0, 5, 0));
        Choices choices = simulation.choices();
        Link link =
                new Link(choices.between(0, 20), choices.between(0, 5), choices.between(1, 60), choices.between(0, 40));
        network.setLink(link);
        connect();
        Map<Integer, Integer> sent = new HashMap<>();
        for (int round = 0; round < 60; round++) {
            int stream = choices.between(0, STREAMS - 1);
            SctpEndpoint from = choices.nextBoolean() ? alice : bob;
            int number = sent.merge(stream + (from == alice ? 0 : 100), 1, Integer::sum) - 1;
            boolean isOrdered = stream % 2 == 0;
            int retransmits = stream < 2 ? -1 : choices.between(0, 2);
            long lifetimeNs = stream < 2 || choices.nextBoolean() ? Deadline.NEVER : 100 * MS;
            byte[] payload = payload(stream, number, size());
            assertThat(from.association.send(
                            simulation.nowNs(), stream, 53, payload, isOrdered, retransmits, lifetimeNs))
                    .isTrue();
            from.drain();
            simulation.runForMs(choices.between(0, 50));
        }
        simulation.runUntil(
                "all reliable messages",
                300_000,
                () -> count(alice, 2) == sent.getOrDefault(100, 0) + sent.getOrDefault(101, 0)
                        && count(bob, 2) == sent.getOrDefault(0, 0) + sent.getOrDefault(1, 0));
        network.setLink(new Link(0, 0, 5, 0));
        simulation.runForMs(30_000);
        check(alice, sent, 100);
        check(bob, sent, 0);
        assertThat(alice.association.isEstablished()).isTrue();
        assertThat(alice.association.bufferedBytes()).isZero();
        assertThat(alice.association.nextDeadlineNs())
                .as("nothing is left to do")
                .isEqualTo(Deadline.NEVER);
        assertThat(bob.association.nextDeadlineNs()).isEqualTo(Deadline.NEVER);
    }

    private static long count(SctpEndpoint end, int below) {
        return end.messages.stream().filter(m -> m.streamId() < below).count();
    }

    private static void check(SctpEndpoint end, Map<Integer, Integer> sent, int base) {
        for (int stream = 0; stream < STREAMS; stream++) {
            int id = stream;
            List<Integer> numbers = end.messages.stream()
                    .filter(m -> m.streamId() == id)
                    .map(SctpPropertyTest::number)
                    .toList();
            int total = sent.getOrDefault(base + stream, 0);
            assertThat(numbers).doesNotHaveDuplicates().allMatch(number -> number < total);
            if (stream % 2 == 0) {
                assertThat(numbers).isSorted();
            }
            if (stream < 2) {
                assertThat(numbers).hasSize(total);
            }
        }
    }

    @Test
    void aPerfectLinkLosesNothingOfWhatMayBeLost() {
        start(1, new Link(0, 0, 5, 0));
        connect();
        for (int i = 0; i < 200; i++) {
            alice.association.send(simulation.nowNs(), 3, 53, payload(3, i, 3000), false, 0, Deadline.NEVER);
        }
        alice.drain();
        simulation.runUntil("all", 60_000, () -> bob.messages.size() == 200);
    }

    @Test
    void aReaderThatPausesHoldsTheSenderBackAndLosesNothing() {
        start(2, new Link(1, 0, 5, 3));
        connect();
        bob.isReadingPaused = true;
        for (int i = 0; i < 200; i++) {
            alice.association.send(simulation.nowNs(), 0, 53, payload(0, i, 30_000), true, -1, Deadline.NEVER);
        }
        alice.drain();
        simulation.runForMs(60_000);
        assertThat(bob.messages).isEmpty();
        assertThat(alice.association.bufferedBytes()).isGreaterThan(3_000_000);
        assertThat(alice.association.isEstablished()).isTrue();
        bob.isReadingPaused = false;
        bob.drain();
        simulation.runUntil("all", 120_000, () -> bob.messages.size() == 200);
        check(bob, Map.of(0, 200), 0);
    }

    @RepeatedTest(20)
    void aResetStreamBeginsAgainFromZero(RepetitionInfo repetition) {
        start(repetition.getCurrentRepetition(), new Link(10, 2, 10, 20));
        connect();
        for (int i = 0; i < 20; i++) {
            alice.association.send(simulation.nowNs(), 0, 53, payload(0, i, 2000), true, -1, Deadline.NEVER);
        }
        alice.association.resetStream(0);
        alice.drain();
        SctpEvent reset = new SctpEvent.PeerReset(List.of(0));
        simulation.runUntil("reset", 120_000, () -> bob.events.contains(reset));
        assertThat(bob.messages).hasSize(20);
        for (int i = 20; i < 25; i++) {
            alice.association.send(simulation.nowNs(), 0, 53, payload(0, i, 2000), true, -1, Deadline.NEVER);
        }
        alice.drain();
        simulation.runUntil("messages after it", 120_000, () -> bob.messages.size() == 25);
        check(bob, Map.of(0, 25), 0);
        assertThat(bob.events.stream().filter(reset::equals)).hasSize(1);
    }

    @RepeatedTest(20)
    void oneSideAloneMayBegin(RepetitionInfo repetition) {
        start(repetition.getCurrentRepetition(), new Link(20, 10, 10, 20));
        connect(alice);
        simulation.runUntil("established", 60_000, () -> has(alice) && has(bob));
    }

    @Test
    void aPeerThatBeginsAnewIsARestart() {
        start(3, new Link(0, 0, 5, 0));
        connect();
        alice = new SctpEndpoint(simulation, network, here, there);
        connect(alice);
        simulation.runUntil("restarted", 10_000, () -> bob.events.contains(new SctpEvent.Restarted()));
        bob.association.send(simulation.nowNs(), 0, 53, payload(0, 0, 10), true, -1, Deadline.NEVER);
        bob.drain();
        simulation.runUntil("a message on it", 10_000, () -> alice.messages.size() == 1);
    }

    @Test
    void aSilentPeerEndsTheAssociation() {
        start(4, new Link(0, 0, 5, 0));
        connect();
        network.detach(there);
        alice.association.send(simulation.nowNs(), 0, 53, payload(0, 0, 10), true, -1, Deadline.NEVER);
        alice.drain();
        simulation.runUntil("closed", 600_000, () -> alice.events.getLast() instanceof SctpEvent.Closed);
    }

    /** Virtual time: the same seed takes as long each time, so what is slower is the fault of a change. */
    @Test
    void fiveMegabytesCrossALossyLinkInTime() {
        start(6, new Link(2, 0, 25, 0));
        connect();
        long startNs = simulation.nowNs();
        List<byte[]> sent = new ArrayList<>();
        for (int i = 0; i < 334; i++) {
            sent.add(payload(0, i, 14_988));
            alice.association.send(simulation.nowNs(), 0, 53, sent.getLast(), true, -1, Deadline.NEVER);
        }
        alice.drain();
        simulation.runUntil("5 MB", 300_000, () -> bob.messages.size() == sent.size());
        double seconds = (simulation.nowNs() - startNs) / 1e9;
        // The square root formula gives 1.22 * 1,148 B / (50 ms * sqrt(0.02)) = 198 kB/s.
        assertThat(seconds).as("5 MB at 2 %% loss and 50 ms of round trip").isLessThan(25);
        for (int i = 0; i < sent.size(); i++) {
            assertThat(Arrays.equals(sent.get(i), bob.messages.get(i).payload()))
                    .isTrue();
        }
    }
}
