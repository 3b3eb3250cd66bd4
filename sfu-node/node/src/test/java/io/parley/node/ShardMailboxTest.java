// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.message.ShardMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;

class ShardMailboxTest {
    private final ArrayDeque<LongConsumer> loop = new ArrayDeque<>();
    private final List<ShardMessage> received = new ArrayList<>();
    private int losses;
    private final ShardMailbox mailbox = new ShardMailbox(loop::add, new ShardMailbox.Receiver() {
        @Override
        public void onMessage(long nowNs, ShardMessage message) {
            received.add(message);
        }

        @Override
        public void onMessagesLost(long nowNs) {
            losses++;
        }
    });

    @Test
    void keepsTheOrderOfBothKinds() {
        List<ShardMessage> sent = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            sent.add(message(i));
            if (i % 2 == 0) {
                mailbox.send(message(i));
            } else {
                assertThat(mailbox.sendLossy("alice", 100, message(i))).isTrue();
            }
        }
        run();
        assertThat(received).isEqualTo(sent);
    }

    /**
     * Data packets shared one queue with everything else: one participant that floods could make it drop the joins and
     * leaves of other rooms, and with them their members.
     */
    @Test
    void whoFloodsLosesItsOwnAndNobodyElses() {
        int packetBytes = 60_000;
        int flood = 3 * ShardMailbox.MAX_SOURCE_BYTES / packetBytes;
        int firstRefusal = -1;
        for (int i = 0; i < flood; i++) {
            if (!mailbox.sendLossy("mallory", packetBytes, message(i)) && firstRefusal < 0) {
                firstRefusal = i;
            }
        }
        assertThat(firstRefusal * packetBytes).as("told to wait").isLessThanOrEqualTo(ShardMailbox.AHEAD_BYTES);
        assertThat(mailbox.sendLossy("alice", 1000, message(-1))).isTrue();
        mailbox.send(message(-2));
        run();
        assertThat(received).contains(message(-1), message(-2));
        assertThat(received.size()).isLessThan(flood);
        assertThat(mailbox.droppedLossy()).isEqualTo(flood + 2 - received.size());
        assertThat(losses).isZero();
        assertThat(mailbox.sources())
                .as("nothing is kept of whom nothing waits")
                .isZero();
        assertThat(mailbox.sendLossy("mallory", packetBytes, message(0)))
                .as("and may go on")
                .isTrue();
    }

    /** Many sources at once are bounded together. */
    @Test
    void allSourcesTogetherAreBounded() {
        int sources = 4 * ShardMailbox.MAX_LOSSY_BYTES / ShardMailbox.MAX_SOURCE_BYTES;
        int perSource = ShardMailbox.MAX_SOURCE_BYTES / 2 / 60_000;
        for (int i = 0; i < sources * perSource; i++) {
            mailbox.sendLossy(i % sources, 60_000, message(i));
        }
        run();
        assertThat((long) received.size() * 60_000).isLessThan(ShardMailbox.MAX_LOSSY_BYTES);
        assertThat(mailbox.droppedLossy()).isPositive();
    }

    /** Eight participants that flood together took all there is: data of every other room on the two shards was lost. */
    @Test
    void howeverManyFloodThereIsAShareLeft() {
        for (int i = 0; i < 64 * 1000; i++) {
            mailbox.sendLossy("mallory" + i % 64, 10_000, message(i));
        }
        for (int i = 0; i < 10; i++) {
            assertThat(mailbox.sendLossy("alice", 10_000, message(-1))).isTrue();
        }
    }

    /** A message that did not fit was dropped with a warning: a participant stayed for ever, or was never admitted. */
    @Test
    void theReceiverIsToldThatItDidNotGetEverything() {
        for (int i = 0; i < ShardMailbox.MAX_CONTROL + 500; i++) {
            mailbox.send(message(i));
        }
        assertThat(mailbox.lostControl()).isEqualTo(500);
        run();
        assertThat(losses).isEqualTo(1);
        assertThat(received).hasSize(ShardMailbox.MAX_CONTROL);
        mailbox.send(message(0));
        run();
        assertThat(received).hasSize(ShardMailbox.MAX_CONTROL + 1);
        assertThat(losses).isEqualTo(1);
    }

    private static ShardMessage message(int number) {
        return new ShardMessage.RelayKeyFrame("TR_x", number);
    }

    private void run() {
        while (!loop.isEmpty()) {
            loop.remove().accept(0);
        }
    }
}
