// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FrameQueueTest {
    private final AtomicLong nowNs = new AtomicLong(Long.MAX_VALUE - 5);
    private final FrameQueue<byte[]> queue = new FrameQueue<>(nowNs::get, frame -> frame.length);

    @Test
    void keepsOrder() {
        byte[] first = {1};
        byte[] second = {2};
        assertThat(queue.offer(first)).isTrue();
        assertThat(queue.offer(second)).isTrue();
        assertThat(queue.peek()).isSameAs(first);
        assertThat(queue).hasSize(2).containsExactly(first, second);
        assertThat(queue.poll()).isSameAs(first);
        assertThat(queue.poll()).isSameAs(second);
        assertThat(queue.poll()).isNull();
        assertThat(queue.peek()).isNull();
    }

    @Test
    void refusesBytesBeyondItsBoundUntilSomeAreTaken() {
        byte[] half = new byte[FrameQueue.MAX_BYTES / 2];
        assertThat(queue.offer(half)).isTrue();
        assertThat(queue.offer(half)).isTrue();
        assertThat(queue.offer(new byte[1])).isFalse();
        queue.poll();
        assertThat(queue.offer(new byte[1])).isTrue();
    }

    /** A client can send empty frames, and make a node answer with small ones, as fast as its connection goes. */
    @Test
    void refusesFramesBeyondItsBoundHoweverSmall() {
        for (int i = 0; i < FrameQueue.MAX_FRAMES; i++) {
            assertThat(queue.offer(new byte[0])).isTrue();
        }
        assertThat(queue.offer(new byte[0])).isFalse();
        queue.poll();
        assertThat(queue.offer(new byte[0])).isTrue();
    }

    @Test
    void takesOneFrameHoweverLargeWhenEmpty() {
        assertThat(queue.offer(new byte[FrameQueue.MAX_BYTES + 1])).isTrue();
        assertThat(queue.offer(new byte[0])).isFalse();
    }

    @Test
    void refusesWhenTheOldestHasWaitedTooLong() {
        queue.offer(new byte[1]);
        nowNs.addAndGet(FrameQueue.MAX_AGE_NS);
        assertThat(queue.offer(new byte[1])).isTrue();
        nowNs.addAndGet(1);
        assertThat(queue.offer(new byte[1])).isFalse();
        queue.poll();
        assertThat(queue.offer(new byte[1])).isTrue();
    }
}
