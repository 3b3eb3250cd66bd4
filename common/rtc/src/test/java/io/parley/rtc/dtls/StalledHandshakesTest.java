// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.dtls;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.rtc.buf.Bytes;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Handshakes share a process with clients that begin one and say no more. A handshake held one of 64 permits while it
 * waited for the network: as many participants with tokens of their own kept everybody else's media out for 30 s, again
 * and again.
 */
class StalledHandshakesTest {
    private static final DtlsCertificate CERTIFICATE = DtlsCertificate.generate(new SecureRandom(), 1_750_000_000_000L);
    private static final List<Integer> PROFILES = List.of(0x0007);
    private static final int STALLED = 300;

    private final Semaphore progress = new Semaphore(0);
    private final List<DtlsHandshake> begun = new ArrayList<>();

    @AfterEach
    void abandonAll() {
        begun.forEach(DtlsHandshake::close);
    }

    @Test
    @Timeout(20)
    void clientsThatSayNothingOrStopHalfwayKeepNobodyOut() throws InterruptedException {
        byte[] hello = awaitDatagram(begin(DtlsRole.CLIENT));
        for (int i = 0; i < STALLED; i++) {
            begin(DtlsRole.SERVER);
            begin(DtlsRole.SERVER).onDatagram(hello, 0, hello.length);
        }
        assertThatAnotherSucceeds();
    }

    /**
     * A client repeats its hello as fast as it is answered, from one socket: what it said next was there before we waited
     * for it, so that a handshake kept its permit, and its carrier thread, for 15 s. As many participants as the node has
     * processors kept everybody else's media out.
     */
    @Test
    @Timeout(20)
    void clientsThatNeverPauseKeepNobodyOut() throws InterruptedException {
        byte[] hello = awaitDatagram(begin(DtlsRole.CLIENT));
        List<DtlsHandshake> talkative = new ArrayList<>();
        Semaphore answers = new Semaphore(0);
        for (int i = 0; i < BouncyCastleHandshake.MAX_COMPUTING; i++) {
            talkative.add(beginTalkative(hello, answers));
        }
        answers.acquire(100 * talkative.size());
        assertThatAnotherSucceeds();
        assertThat(talkative).as("still at it").allMatch(it -> it.outcome().equals(DtlsHandshake.PENDING));
    }

    private void assertThatAnotherSucceeds() throws InterruptedException {
        DtlsHandshake server = begin(DtlsRole.SERVER);
        DtlsHandshake client = begin(DtlsRole.CLIENT);
        while (client.outcome().equals(DtlsHandshake.PENDING)) {
            progress.acquire();
            carry(client, server);
            carry(server, client);
        }
        assertThat(client.outcome()).isInstanceOf(DtlsHandshake.Outcome.Done.class);
    }

    private DtlsHandshake beginTalkative(byte[] hello, Semaphore answers) {
        AtomicReference<DtlsHandshake> server = new AtomicReference<>();
        AtomicLong recordNumber = new AtomicLong();
        Runnable talk = () -> {
            DtlsHandshake it = server.get();
            while (it.pollTransmit() != null) {
                answers.release();
            }
            byte[] again = hello.clone();
            Bytes.putU48(again, 5, recordNumber.getAndIncrement());
            it.onDatagram(again, 0, again.length);
        };
        server.set(BouncyCastleHandshake.factory()
                .start(DtlsRole.SERVER, CERTIFICATE, CERTIFICATE.fingerprint(), PROFILES, talk));
        begun.add(server.get());
        talk.run();
        return server.get();
    }

    /** Each handshake under way holds memory, so they are capped; a place that is freed goes to who waits for it. */
    @Test
    @Timeout(60)
    void handshakesBeyondTheCapWaitInLine() throws InterruptedException {
        for (int i = 0; i < BouncyCastleHandshake.MAX_UNDER_WAY; i++) {
            begin(DtlsRole.CLIENT);
        }
        for (DtlsHandshake handshake : begun) {
            awaitDatagram(handshake);
        }
        DtlsHandshake late = begin(DtlsRole.CLIENT);
        while (!BouncyCastleHandshake.UNDER_WAY.hasQueuedThreads()) {
            Thread.onSpinWait();
        }
        assertThat(late.pollTransmit()).isNull();
        begun.getFirst().close();
        assertThat(awaitDatagram(late)).isNotEmpty();
    }

    private DtlsHandshake begin(DtlsRole role) {
        DtlsHandshake handshake = BouncyCastleHandshake.factory()
                .start(role, CERTIFICATE, CERTIFICATE.fingerprint(), PROFILES, progress::release);
        begun.add(handshake);
        return handshake;
    }

    private byte[] awaitDatagram(DtlsHandshake handshake) throws InterruptedException {
        byte[] datagram = handshake.pollTransmit();
        while (datagram == null) {
            assertThat(progress.tryAcquire(20, TimeUnit.SECONDS))
                    .as("handshake moves")
                    .isTrue();
            datagram = handshake.pollTransmit();
        }
        return datagram;
    }

    private static void carry(DtlsHandshake from, DtlsHandshake to) {
        for (byte[] datagram = from.pollTransmit(); datagram != null; datagram = from.pollTransmit()) {
            to.onDatagram(datagram, 0, datagram.length);
        }
    }
}
