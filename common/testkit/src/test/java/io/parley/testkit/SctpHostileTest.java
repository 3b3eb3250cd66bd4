// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.testkit;

import static io.parley.testkit.RawSctpPeer.BEGIN;
import static io.parley.testkit.RawSctpPeer.END;
import static io.parley.testkit.RawSctpPeer.FIRST_TSN;
import static io.parley.testkit.RawSctpPeer.UNORDERED;
import static io.parley.testkit.RawSctpPeer.chunk;
import static io.parley.testkit.RawSctpPeer.data;
import static io.parley.testkit.RawSctpPeer.forwardTsn;
import static io.parley.testkit.RawSctpPeer.resetRequest;
import static io.parley.testkit.RawSctpPeer.sack;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.rtc.sctp.SctpAssociation;
import io.parley.rtc.sctp.SctpEvent;
import io.parley.rtc.sctp.SctpSettings;
import io.parley.rtc.time.Deadline;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What anyone can do to a shard who joined a room and did the DTLS handshake: it must cost them more than us. */
class SctpHostileTest {
    private static final int WHOLE = BEGIN | END;

    private final RawSctpPeer peer = new RawSctpPeer(SctpSettings.DEFAULT);

    /** The window, and room for the one message that may let go what waits. */
    private static int cap(SctpSettings settings) {
        return settings.receiveWindow() + 2 * settings.maxMessage();
    }

    private boolean isClosed() {
        peer.pollEvents();
        return peer.events.getLast() instanceof SctpEvent.Closed;
    }

    /**
     * The number after the cumulative one always found room, and no message was too large: a first fragment and then
     * middle ones in order, for ever, took the heap.
     */
    @Test
    void aMessageLargerThanAnnouncedEndsTheAssociation() {
        peer.send(data(BEGIN, FIRST_TSN, 0, 0, 1100));
        for (int i = 1; i < 5000 && peer.target.isEstablished(); i++) {
            peer.send(data(0, FIRST_TSN + i, 0, 0, 1100));
            assertThat(peer.target.heldBytes()).isLessThan(cap(SctpSettings.DEFAULT));
        }
        assertThat(isClosed()).isTrue();
        assertThat(peer.chunksOut(RawSctpPeer.ABORT)).hasSize(1);
    }

    @Test
    void aMessageAsLargeAsAnnouncedComesThrough() {
        int rest = SctpSettings.DEFAULT.maxMessage() - 65 * 1000;
        List<byte[]> chunks = new ArrayList<>();
        for (int i = 0; i < 65; i++) {
            chunks.add(data(i == 0 ? BEGIN : 0, FIRST_TSN + i, 0, 0, 1000));
        }
        chunks.add(data(END, FIRST_TSN + 65, 0, 0, rest));
        peer.send(chunks);
        assertThat(peer.pollMessages().getFirst().payload()).hasSize(SctpSettings.DEFAULT.maxMessage());
        assertThat(peer.target.heldBytes()).isZero();
    }

    @Test
    void sequenceNumbersOfAStreamGoRound() {
        int delivered = 0;
        for (int i = 0; i < 70_000; i += 70) {
            List<byte[]> chunks = new ArrayList<>();
            for (int j = 69; j >= 0; j--) {
                chunks.add(data(WHOLE, FIRST_TSN + i + j, 0, i + j, 1 + j));
            }
            peer.send(chunks);
            for (SctpEvent.Message message : peer.pollMessages()) {
                assertThat(message.payload().length).isEqualTo(1 + delivered++ % 70);
            }
        }
        assertThat(delivered).isEqualTo(70_000);
        assertThat(peer.target.heldBytes()).isZero();
    }

    /** While the owner takes nothing, messages that the window forbids went on being kept. */
    @Test
    void aPausedReaderKeepsNoMoreThanTheWindow() {
        int tsn = FIRST_TSN;
        for (int i = 0; i < 5_000; i++) {
            peer.send(data(WHOLE | UNORDERED, tsn++, 0, 0, 1000));
            peer.chunksOut();
        }
        assertThat(peer.target.heldBytes()).isBetween(SctpSettings.DEFAULT.receiveWindow(), cap(SctpSettings.DEFAULT));
        assertThat(peer.target.isEstablished())
                .as("a pause is no fault of the peer")
                .isTrue();
        int kept = peer.pollMessages().size();
        assertThat(peer.target.heldBytes()).isZero();
        peer.send(data(WHOLE | UNORDERED, FIRST_TSN + kept, 0, 0, 1000));
        assertThat(peer.pollMessages()).as("what was dropped may come again").hasSize(1);
    }

    /** Messages of a byte that wait for a number that never comes: only their bytes were counted. */
    @Test
    void messagesThatNobodyCanTakeEndTheAssociation() {
        int tsn = FIRST_TSN;
        while (peer.target.isEstablished() && tsn < FIRST_TSN + 300_000) {
            List<byte[]> chunks = new ArrayList<>();
            for (int i = 0; i < 65; i++, tsn++) {
                chunks.add(data(WHOLE, tsn, tsn & 1023, 1 + (tsn >>> 10 & 0x3FFF), 1));
            }
            peer.send(chunks);
            assertThat(peer.target.heldBytes()).isLessThan(cap(SctpSettings.DEFAULT));
        }
        assertThat(isClosed()).isTrue();
    }

    /**
     * Each fragment was followed by a walk over all that were held: the last first, then the ones before it downwards,
     * made 10^8 steps of 330 kB, and FORWARD-TSN cleared them for the next round.
     */
    @Test
    @Timeout(15)
    void fragmentsInReverseCostNoMoreThanInOrder() {
        RawSctpPeer hostile = new RawSctpPeer(new SctpSettings(5000, 1160, 1 << 22, 1024, 65_535));
        int first = FIRST_TSN;
        for (int round = 0; round < 5; round++) {
            List<byte[]> chunks = new ArrayList<>();
            for (int i = 16_000; i > 0; i--) {
                chunks.add(data(i == 16_000 ? END : 0, first + i, 0, 0, 1));
            }
            hostile.send(chunks);
            assertThat(hostile.target.heldBytes()).isGreaterThan(16_000);
            hostile.send(forwardTsn(first + 16_000));
            assertThat(hostile.target.heldBytes()).isZero();
            hostile.chunksOut();
            first += 16_001;
        }
        assertThat(hostile.target.isEstablished()).isTrue();
    }

    /** Each pair of a FORWARD-TSN was a walk over up to 32,767 sequence numbers: 10^7 steps a packet. */
    @Test
    @Timeout(30)
    void skippedStreamsCostNoMoreThanTheirPairs() {
        for (int i = 0; i < 2000; i++) {
            ByteBuffer value = ByteBuffer.allocate(4 + 4 * 280).putInt(FIRST_TSN + i);
            for (int pair = 0; pair < 280; pair++) {
                value.putShort((short) pair).putShort((short) ((i + 1) * 32_000));
            }
            peer.send(chunk(RawSctpPeer.FORWARD_TSN, 0, value.array()));
        }
        assertThat(peer.target.heldBytes()).isZero();
        assertThat(peer.target.isEstablished()).isTrue();
    }

    /**
     * An honest sender that gives up a message of which a later part had come: its FORWARD-TSN ends before that part,
     * which nothing cleared any more. Lossy messages of several fragments so closed the window for good.
     */
    @Test
    void whatCameOfAMessageThatWasGivenUpIsForgotten() {
        for (int tsn = FIRST_TSN; tsn < FIRST_TSN + 3000; tsn += 3) {
            peer.send(data(UNORDERED, tsn + 1, 0, 0, 1100), data(END | UNORDERED, tsn + 2, 0, 0, 100));
            peer.send(forwardTsn(tsn));
            assertThat(peer.target.heldBytes()).isZero();
        }
    }

    /** Fragments that no order of arrival makes a message: a first one that another first one follows. */
    @Test
    void messagesThatAreBegunAndNeverEndedAreForgotten() {
        for (int tsn = FIRST_TSN; tsn < FIRST_TSN + 10_000; tsn++) {
            peer.send(data(BEGIN, tsn, 0, 0, 500));
            assertThat(peer.target.heldBytes()).isLessThan(1000);
        }
    }

    /** The answer did not fit into our packet: an exception, a state dump and the seat's end. */
    @Test
    void aHeartbeatThatIsLargerThanOurPacketsIsNotAnswered() {
        assertThat(peer.send(chunk(RawSctpPeer.HEARTBEAT, 0, new byte[1300]))).isFalse();
        assertThat(peer.chunksOut()).isEmpty();
        assertThat(peer.send(chunk(RawSctpPeer.HEARTBEAT, 0, new byte[1141]))).isTrue();
        assertThat(peer.chunksOut(RawSctpPeer.HEARTBEAT_ACK)).hasSize(1);
    }

    @Test
    void aCookieThatIsLargerThanOurPacketsEndsTheAssociation() {
        SctpAssociation target = new SctpAssociation(SctpSettings.DEFAULT, Choices.ofSeed(2));
        RawSctpPeer server = new RawSctpPeer(target, SctpSettings.DEFAULT);
        target.connect(server.nowNs);
        server.tag =
                ByteBuffer.wrap(server.chunksOut(RawSctpPeer.INIT).getFirst()).getInt(4);
        byte[] cookie = new byte[1300];
        ByteBuffer.wrap(cookie).putShort((short) 7).putShort((short) cookie.length);
        server.send(RawSctpPeer.init(RawSctpPeer.INIT_ACK, cookie));
        assertThat(server.chunksOut()).isEmpty();
        assertThat(target.pollEvent()).isInstanceOf(SctpEvent.Closed.class);
    }

    /** A peer that resets all its streams has all of ours reset in answer: more than a packet can name. */
    @Test
    void moreResetsThanAPacketHoldsGoInTurns() {
        int[] all = IntStream.range(0, 600).toArray();
        peer.send(resetRequest(FIRST_TSN, FIRST_TSN - 1, all));
        peer.pollEvents();
        assertThat(peer.events.getLast()).isInstanceOf(SctpEvent.PeerReset.class);
        for (int streamId : all) {
            peer.target.resetStream(streamId);
        }
        peer.target.resetStream(60_000); // which does not exist
        int named = 0;
        for (byte[] request = lastReset(); request != null; request = lastReset()) {
            ByteBuffer view = ByteBuffer.wrap(request);
            int parameter = view.getShort(4) == 16 ? 16 : 4; // behind the answer to the peer's own
            named += (view.getShort(parameter + 2) - 16) / 2;
            ByteBuffer response = ByteBuffer.allocate(12).putShort((short) 16).putShort((short) 12);
            response.putInt(view.getInt(parameter + 4)).putInt(1);
            peer.send(chunk(RawSctpPeer.RE_CONFIG, 0, response.array()));
        }
        assertThat(named).isEqualTo(600);
    }

    private byte[] lastReset() {
        List<byte[]> requests = peer.chunksOut(RawSctpPeer.RE_CONFIG);
        return requests.isEmpty() ? null : requests.getLast();
    }

    /** Each became an event of its own, with a list of streams, until the owner reads again. */
    @Test
    void resetsThatNobodyReadsAreJoined() {
        int[] ids = IntStream.range(0, 60_000)
                .filter(id -> id % 100 < 10)
                .limit(500)
                .toArray();
        for (int i = 0; i < 1000; i++) {
            peer.send(resetRequest(FIRST_TSN + i, FIRST_TSN - 1, ids));
        }
        List<SctpEvent> events = new ArrayList<>();
        for (SctpEvent event = peer.target.pollEvent(); event != null; event = peer.target.pollEvent()) {
            events.add(event);
        }
        assertThat(events).hasSize(1);
        assertThat(((SctpEvent.PeerReset) events.getFirst()).streamIds())
                .doesNotHaveDuplicates()
                .allMatch(id -> id < SctpSettings.DEFAULT.maxStreams());
    }

    /**
     * Every acknowledgement may have to look at each fragment under way, and each lossy message that is given up looked
     * at all of them: a subscriber that stopped acknowledging decided how long that takes.
     */
    @Test
    @Timeout(30)
    void whoStopsAcknowledgingHoldsUpABoundedNumberOfFragments() {
        for (int i = 0; i < 20_000; i++) {
            peer.target.send(peer.nowNs, 0, 53, new byte[1], false, 0, Deadline.NEVER);
        }
        int sent = 0;
        List<byte[]> first = peer.chunksOut(RawSctpPeer.DATA);
        sent += first.size();
        assertThat(sent).isBetween(2000, 4096);
        int lastTsn = ByteBuffer.wrap(first.getLast()).getInt(4);
        byte[] useless = sack(lastTsn - sent, 2, 2);
        for (int i = 0; i < 1000; i++) {
            peer.send(useless, useless, useless);
        }
        peer.nowNs = peer.target.nextDeadlineNs();
        peer.target.onDeadline(peer.nowNs);
        assertThat(peer.chunksOut(RawSctpPeer.FORWARD_TSN)).isNotEmpty();
        peer.send(sack(lastTsn));
        assertThat(peer.chunksOut(RawSctpPeer.DATA)).isNotEmpty();
    }

    @Test
    void aPeerThatShutsDownIsAnsweredWhenAllIsAcknowledged() {
        peer.target.send(peer.nowNs, 0, 53, new byte[10], true, -1, Deadline.NEVER);
        int tsn = ByteBuffer.wrap(peer.chunksOut(RawSctpPeer.DATA).getFirst()).getInt(4);
        peer.send(chunk(
                RawSctpPeer.SHUTDOWN, 0, ByteBuffer.allocate(4).putInt(tsn - 1).array()));
        assertThat(peer.chunksOut(RawSctpPeer.SHUTDOWN_ACK)).isEmpty();
        peer.send(sack(tsn));
        assertThat(peer.chunksOut(RawSctpPeer.SHUTDOWN_ACK)).hasSize(1);
        peer.send(chunk(RawSctpPeer.SHUTDOWN_COMPLETE, 0, new byte[0]));
        assertThat(isClosed()).isTrue();
    }

    @Test
    void aPeerThatAbortsIsGone() {
        peer.send(chunk(RawSctpPeer.ABORT, 0, new byte[0]));
        assertThat(isClosed()).isTrue();
        assertThat(peer.target.nextDeadlineNs()).isEqualTo(Deadline.NEVER);
    }

    /** Chunks of every kind, sound and unsound, near the numbers that count, and a reader that pauses. */
    @RepeatedTest(100)
    void nothingThatAPeerSendsCostsMoreThanTheCap(RepetitionInfo repetition) {
        Choices choices = Choices.ofSeed(repetition.getCurrentRepetition());
        SctpSettings small = new SctpSettings(5000, 1160, 20_000, 1024, 3_000);
        RawSctpPeer hostile = new RawSctpPeer(small);
        boolean isPaused = false;
        int tsn = FIRST_TSN;
        for (int i = 0; i < 400; i++) {
            tsn = Math.max(FIRST_TSN, tsn + choices.between(-2, 4));
            byte[][] chunks = new byte[choices.between(1, 3)][];
            for (int j = 0; j < chunks.length; j++) {
                chunks[j] = any(choices, tsn + j);
            }
            hostile.send(chunks);
            assertThat(hostile.target.heldBytes()).isBetween(0, cap(small));
            assertThat(hostile.chunksOut()).hasSizeLessThan(50);
            if (choices.percent(5)) {
                isPaused = !isPaused;
            }
            if (!isPaused) {
                assertThat(hostile.pollMessages())
                        .allSatisfy(message -> assertThat(message.payload()).hasSizeBetween(1, 3_000));
                hostile.pollEvents();
            }
            if (choices.percent(20)) {
                hostile.target.send(hostile.nowNs, 1, 53, new byte[choices.between(1, 3000)], true, 0, Deadline.NEVER);
            }
            hostile.nowNs += choices.between(0, 300) * 1_000_000L;
            hostile.target.onDeadline(hostile.nowNs);
            if (hostile.events.getLast() instanceof SctpEvent.Closed) {
                return;
            }
        }
    }

    private static byte[] any(Choices choices, int tsn) {
        return switch (choices.between(0, 40)) {
            case 0 -> forwardTsn(tsn + choices.between(-10, 10));
            case 1 ->
                chunk(
                        RawSctpPeer.FORWARD_TSN,
                        0,
                        ByteBuffer.allocate(12)
                                .putInt(tsn)
                                .putLong(choices.nextLong())
                                .array());
            case 2 -> resetRequest(FIRST_TSN + choices.between(0, 3), tsn, choices.between(0, 3), choices.nextInt());
            case 3 -> chunk(RawSctpPeer.HEARTBEAT, 0, new byte[choices.between(0, 1300)]);
            case 4 -> sack(choices.nextInt() >>> choices.between(0, 31), 1, 5, 3, 9);
            case 5 -> chunk(choices.between(0, 255), choices.between(0, 255), choices.bytes(choices.between(0, 60)));
            default ->
                data(
                        choices.between(0, 7),
                        choices.percent(2) ? choices.nextInt() : tsn,
                        choices.between(0, 3) * (choices.percent(5) ? 1000 : 1),
                        choices.between(0, 6),
                        choices.between(1, choices.percent(50) ? 3 : 1200));
        };
    }
}
