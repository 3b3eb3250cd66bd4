// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.buf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutboxTest {
    private static final Path PATH = new Path(0, new InetSocketAddress("192.0.2.1", 9));

    private final List<Integer> sent = new ArrayList<>();
    private int flushes;
    private int refused = -1;

    private final Outbox outbox = new Outbox(4, new Outbox.Sink() {
        @Override
        public void onDatagram(Path path, byte[] buf, int off, int len) {
            if (len == refused) {
                throw new IllegalArgumentException("a bug");
            }
            sent.add(len);
        }

        @Override
        public void onFlush() {
            flushes++;
        }
    });

    @Test
    void aFullListFlushesItself() {
        for (int len = 1; len <= 5; len++) {
            put(len);
        }
        assertThat(sent).containsExactly(1, 2, 3, 4);
        outbox.flush();
        assertThat(sent).containsExactly(1, 2, 3, 4, 5);
        assertThat(flushes).isEqualTo(2);
    }

    /** A datagram that the socket can't take was kept and sent again first thing, and failed again, for ever. */
    @Test
    void whatMadeTheSinkThrowIsNotSentAgain() {
        refused = 2;
        put(1);
        put(2);
        assertThatThrownBy(outbox::flush).isInstanceOf(IllegalArgumentException.class);
        put(3);
        outbox.flush();
        assertThat(sent).containsExactly(1, 3);
        assertThat(flushes).isEqualTo(2);
    }

    private void put(int len) {
        outbox.claim().length = len;
        outbox.commit(PATH);
    }
}
