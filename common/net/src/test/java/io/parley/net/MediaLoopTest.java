// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MediaLoopTest {
    private static final int TIMEOUT_S = 10;

    private final List<Throwable> bugs = new CopyOnWriteArrayList<>();
    private final Machine machine = new Machine();
    private final MediaLoop loop = new MediaLoop("test-loop", machine, bugs::add);

    @AfterEach
    void close() {
        loop.close();
    }

    /**
     * An input that overflows the stack (any client's, if a parser recurses) threw past the end of its batch and past the
     * timer, so that deadlines stood still until something else came.
     */
    @Test
    void anErrorInOneInputEndsNeitherItsBatchNorTheTimer() throws InterruptedException {
        loop.tryExecute(nowNs -> {
            machine.deadlineNs = nowNs + TimeUnit.MILLISECONDS.toNanos(20);
            throw new StackOverflowError();
        });
        assertThat(machine.batchEnded.await(TIMEOUT_S, TimeUnit.SECONDS))
                .as("end of the batch")
                .isTrue();
        assertThat(machine.deadlineCame.await(TIMEOUT_S, TimeUnit.SECONDS))
                .as("timer")
                .isTrue();
        assertThat(bugs).hasSize(1).first().isInstanceOf(StackOverflowError.class);
    }

    @Test
    void anErrorAtADeadlineLeavesTheNextOneInForce() throws InterruptedException {
        machine.failsAtDeadline = true;
        loop.tryExecute(nowNs -> machine.deadlineNs = nowNs);
        assertThat(machine.deadlineCame.await(TIMEOUT_S, TimeUnit.SECONDS))
                .as("second deadline")
                .isTrue();
        assertThat(bugs).hasSize(1);
    }

    private static final class Machine implements LoopHandler {
        final CountDownLatch batchEnded = new CountDownLatch(1);
        final CountDownLatch deadlineCame = new CountDownLatch(1);
        long deadlineNs = Long.MAX_VALUE;
        volatile boolean failsAtDeadline;

        @Override
        public void onDatagram(long nowNs, int local, InetSocketAddress remote, byte[] buf, int off, int len) {
            throw new AssertionError("no sockets here");
        }

        @Override
        public void onBatchEnd(long nowNs) {
            batchEnded.countDown();
        }

        @Override
        public long nextDeadlineNs() {
            return deadlineNs;
        }

        @Override
        public void onDeadline(long nowNs) {
            if (failsAtDeadline) {
                failsAtDeadline = false;
                deadlineNs = nowNs + TimeUnit.MILLISECONDS.toNanos(20);
                throw new StackOverflowError();
            }
            deadlineNs = Long.MAX_VALUE;
            deadlineCame.countDown();
        }
    }
}
