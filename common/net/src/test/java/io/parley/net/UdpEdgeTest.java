// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.rtc.buf.Path;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real sockets on loopback: an echo on the loop. */
class UdpEdgeTest {
    private static final int TIMEOUT_S = 10;

    private final UdpEdge edge = new UdpEdge();
    private final Echo echo = new Echo();
    private final AtomicReference<Throwable> bug = new AtomicReference<>();
    private final CountDownLatch bugSeen = new CountDownLatch(1);
    private final MediaLoop loop = new MediaLoop("test-loop", echo, e -> {
        bug.set(e);
        bugSeen.countDown();
    });

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    void answersOnTheSocketThatWasAskedOverIpv4AndIpv6() throws Exception {
        List<InetAddress> addresses = List.of(
                InetAddress.getByName("127.0.0.1"), InetAddress.getByName("::1"), InetAddress.getByName("127.0.0.2"));
        edge.open(loop, echo, addresses, 0);
        for (int i = 0; i < addresses.size(); i++) {
            try (DatagramSocket client = new DatagramSocket(0, addresses.get(i))) {
                client.setSoTimeout(TIMEOUT_S * 1000);
                InetSocketAddress server = edge.localAddresses().get(i);
                client.send(new DatagramPacket(new byte[] {(byte) i, 2, 3}, 3, server));
                DatagramPacket answer = new DatagramPacket(new byte[100], 100);
                client.receive(answer);
                assertThat(answer.getSocketAddress()).isEqualTo(server);
                assertThat(Arrays.copyOf(answer.getData(), answer.getLength())).containsExactly(i, 2, 3);
            }
        }
    }

    /** Bursts that the smallest socket buffers of a system hold: Linux grants 208 KiB unless told otherwise. */
    @Test
    void carriesBurstsWithoutLoss() throws Exception {
        edge.open(loop, echo, List.of(InetAddress.getByName("127.0.0.1")), 0);
        int burst = 50;
        int count = 10 * burst;
        try (DatagramSocket client = new DatagramSocket()) {
            client.setSoTimeout(TIMEOUT_S * 1000);
            byte[] payload = new byte[1200];
            Set<Integer> answers = new HashSet<>();
            DatagramPacket answer = new DatagramPacket(new byte[1500], 1500);
            for (int i = 0; i < count; i++) {
                payload[0] = (byte) (i >>> 8);
                payload[1] = (byte) i;
                client.send(new DatagramPacket(
                        payload, payload.length, edge.localAddresses().getFirst()));
                while (i % burst == burst - 1 && answers.size() <= i) {
                    client.receive(answer);
                    assertThat(answer.getLength()).isEqualTo(1200);
                    answers.add((answer.getData()[0] & 0xFF) << 8 | answer.getData()[1] & 0xFF);
                }
            }
            assertThat(answers).hasSize(count);
        }
        assertThat(echo.batches.get()).isPositive();
    }

    @Test
    void saysHowLargeTheBuffersAreThatItGot() throws Exception {
        edge.open(loop, echo, List.of(InetAddress.getByName("127.0.0.1")), 0);
        int granted = edge.socketBufferBytes();
        assertThat(granted).isBetween(1, UdpEdge.SOCKET_BUFFER_BYTES);
        try (DatagramSocket client = new DatagramSocket()) {
            client.setReceiveBufferSize(granted);
            int same = client.getReceiveBufferSize();
            client.setReceiveBufferSize(UdpEdge.SOCKET_BUFFER_BYTES);
            assertThat(client.getReceiveBufferSize()).isGreaterThanOrEqualTo(same);
        }
    }

    @Test
    void namesTheAddressThatIsTaken() throws Exception {
        InetAddress loopback = InetAddress.getByName("127.0.0.1");
        try (DatagramSocket taken = new DatagramSocket(0, loopback)) {
            int port = taken.getLocalPort();
            assertThatThrownBy(() -> edge.open(loop, echo, List.of(loopback), port))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("127.0.0.1:" + port);
        }
    }

    @Test
    void wakesAtTheDeadlineAndAtAnEarlierOneSetLater() throws Exception {
        CountDownLatch fired = new CountDownLatch(2);
        echo.onDeadline = fired::countDown;
        assertThat(loop.tryExecute(nowNs -> echo.deadlineNs = nowNs + TimeUnit.HOURS.toNanos(1)))
                .isTrue();
        loop.tryExecute(nowNs -> echo.deadlineNs = nowNs + TimeUnit.MILLISECONDS.toNanos(20));
        loop.tryExecute(nowNs -> echo.again = true);
        assertThat(fired.await(TIMEOUT_S, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aCommandThatThrowsIsReportedAndTheLoopGoesOn() throws Exception {
        loop.tryExecute(nowNs -> {
            throw new IllegalStateException("bug");
        });
        assertThat(bugSeen.await(TIMEOUT_S, TimeUnit.SECONDS)).isTrue();
        assertThat(bug.get()).hasMessage("bug");
        CountDownLatch next = new CountDownLatch(1);
        loop.tryExecute(nowNs -> next.countDown());
        assertThat(next.await(TIMEOUT_S, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void refusesCommandsWhenTheQueueIsFull() throws Exception {
        CountDownLatch hold = new CountDownLatch(1);
        loop.tryExecute(nowNs -> {
            try {
                hold.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        boolean accepted = true;
        for (int i = 0; accepted && i < 100_000; i++) {
            accepted = loop.tryExecute(nowNs -> {});
        }
        hold.countDown();
        assertThat(accepted).isFalse();
        assertThat(loop.refusedCommands()).isPositive();
    }

    private final class Echo implements LoopHandler {
        final AtomicInteger batches = new AtomicInteger();
        Runnable onDeadline = () -> {};
        long deadlineNs = Long.MAX_VALUE;
        boolean again;

        @Override
        public void onDatagram(long nowNs, int local, InetSocketAddress remote, byte[] buf, int off, int len) {
            edge.onDatagram(new Path(local, remote), buf, off, len);
        }

        @Override
        public void onBatchEnd(long nowNs) {
            batches.incrementAndGet();
            edge.onFlush();
        }

        @Override
        public long nextDeadlineNs() {
            return deadlineNs;
        }

        @Override
        public void onDeadline(long nowNs) {
            deadlineNs = again ? nowNs + 1_000_000 : Long.MAX_VALUE;
            onDeadline.run();
        }
    }
}
