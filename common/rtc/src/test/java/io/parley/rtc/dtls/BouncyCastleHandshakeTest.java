// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.dtls;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.rtc.buf.Slot;
import io.parley.rtc.crypto.Ciphers;
import io.parley.rtc.crypto.JdkCiphers;
import io.parley.rtc.sdp.Fingerprint;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Real handshakes of our two sides; their timers run on the wall clock, so these tests do too. */
class BouncyCastleHandshakeTest {
    private static final long WALL_MS = 1_750_000_000_000L;
    private static final DtlsCertificate SERVER = DtlsCertificate.generate(new SecureRandom(), WALL_MS);
    private static final DtlsCertificate CLIENT = DtlsCertificate.generate(new SecureRandom(), WALL_MS);
    private static final List<Integer> PROFILES = List.of(0x0007, 0x0008, 0x0001);

    private final Semaphore progress = new Semaphore(0);

    @Test
    void bothSidesDeriveTheSameKeysAndTalkOnOurRecordLayer() throws InterruptedException {
        Pair pair = new Pair(SERVER.fingerprint(), CLIENT.fingerprint());
        pair.run(datagram -> true);
        DtlsKeys client = pair.connected(pair.client);
        DtlsKeys server = pair.connected(pair.server);
        assertThat(client.srtpProfile()).isEqualTo(0x0007);
        assertThat(client.srtpMaterial()).hasSize(56).isEqualTo(server.srtpMaterial());
        assertThat(client.writeKey()).isEqualTo(server.readKey());
        assertThat(server.writeIv()).isEqualTo(client.readIv());
        assertThat(server.nextWriteSequence()).isEqualTo(1);

        pair.client.close();
        pair.deliver(pair.client, pair.server, datagram -> true);
        assertThat(pair.server.pollEvent()).isEqualTo(new DtlsEvent.ClosedByPeer(0));
    }

    @Test
    void survivesTheLossOfEachFlight() throws InterruptedException {
        Pair pair = new Pair(SERVER.fingerprint(), CLIENT.fingerprint());
        Set<String> lost = new LinkedHashSet<>();
        pair.run(datagram -> !lost.add(pair.nameOf(datagram)));
        assertThat(pair.connected(pair.client).srtpMaterial())
                .isEqualTo(pair.connected(pair.server).srtpMaterial());
        assertThat(lost)
                .as("datagrams that differ: all of a flight is in one, or a lossy network rarely lets it all through")
                .containsExactly("client: 22, 1", "server: 22, 2", "client: 22, 11", "server: 20, 1");
    }

    @Test
    void repeatsItsLastFlightForAPeerThatMissedIt() throws InterruptedException {
        Pair pair = new Pair(SERVER.fingerprint(), CLIENT.fingerprint());
        // The client never sees the server's Finished at first, so it repeats its own last flight.
        pair.run(datagram -> !endsHandshake(datagram) || !pair.server.equals(pair.from) || ++pair.lost > 2);
        assertThat(pair.connected(pair.client).srtpMaterial())
                .isEqualTo(pair.connected(pair.server).srtpMaterial());
        assertThat(pair.lost).isGreaterThan(2);
    }

    private static boolean endsHandshake(byte[] datagram) {
        return datagram[0] == DtlsRecord.CHANGE_CIPHER_SPEC || DtlsRecord.nextSequence(datagram, 1) > 0;
    }

    @Test
    void refusesACertificateThatSignallingDidNotName() throws InterruptedException {
        Pair pair = new Pair(CLIENT.fingerprint(), CLIENT.fingerprint());
        pair.run(datagram -> true);
        assertThat(pair.clientKeys).isNull();
        assertThat(pair.failure).contains("bad_certificate");
    }

    @Test
    void closingFreesTheThreadOfAHandshakeThatWaits() throws InterruptedException {
        DtlsHandshake waiting = BouncyCastleHandshake.factory()
                .start(DtlsRole.SERVER, SERVER, CLIENT.fingerprint(), PROFILES, progress::release);
        waiting.close();
        assertThat(progress.tryAcquire(20, TimeUnit.SECONDS))
                .as("the thread ends")
                .isTrue();
        assertThat(waiting.outcome()).isInstanceOf(DtlsHandshake.Outcome.Failed.class);
    }

    @Test
    void dropsForgedRecordsWithoutAnAlert() throws InterruptedException {
        Pair pair = new Pair(SERVER.fingerprint(), CLIENT.fingerprint());
        pair.run(datagram -> true);
        byte[] forged = new byte[13 + 40];
        forged[0] = DtlsRecord.ALERT;
        forged[1] = (byte) 0xFE;
        forged[2] = (byte) 0xFD;
        forged[4] = 1;
        forged[10] = 9;
        forged[12] = 40;
        assertThat(pair.server.onDatagram(0, forged, 0, forged.length)).isFalse();
        assertThat(pair.server.pollEvent()).isNull();
        assertThat(pair.server.pollTransmit(new Slot())).isFalse();
    }

    /** A client and a server with a wire between them that the test's thread moves datagrams over. */
    private final class Pair {
        final DtlsTransport server;
        final DtlsTransport client;

        @Nullable
        DtlsKeys serverKeys;

        @Nullable
        DtlsKeys clientKeys;

        String failure = "";
        int lost;
        DtlsTransport from;

        Pair(Fingerprint expectedServer, Fingerprint expectedClient) {
            Ciphers ciphers = new JdkCiphers();
            DtlsHandshake.Factory factory = BouncyCastleHandshake.factory();
            server = new DtlsTransport(
                    factory.start(DtlsRole.SERVER, SERVER, expectedClient, PROFILES, progress::release),
                    ciphers,
                    (nowNs, buf, off, len) -> {});
            client = new DtlsTransport(
                    factory.start(DtlsRole.CLIENT, CLIENT, expectedServer, PROFILES, progress::release),
                    ciphers,
                    (nowNs, buf, off, len) -> {});
        }

        /** Until both are done or one failed. @param passes whether a datagram gets through */
        void run(Predicate<byte[]> passes) throws InterruptedException {
            while ((serverKeys == null || clientKeys == null) && failure.isEmpty()) {
                assertThat(progress.tryAcquire(20, TimeUnit.SECONDS))
                        .as("handshake moves")
                        .isTrue();
                client.onProgress();
                server.onProgress();
                deliver(client, server, passes);
                deliver(server, client, passes);
                serverKeys = serverKeys != null ? serverKeys : poll(server);
                clientKeys = clientKeys != null ? clientKeys : poll(client);
            }
        }

        void deliver(DtlsTransport from, DtlsTransport to, Predicate<byte[]> passes) {
            Slot slot = new Slot();
            while (from.pollTransmit(slot)) {
                this.from = from;
                byte[] datagram = Arrays.copyOfRange(slot.bytes, Slot.HEADROOM, Slot.HEADROOM + slot.length);
                if (passes.test(datagram)) {
                    to.onDatagram(System.nanoTime(), datagram, 0, datagram.length);
                }
            }
        }

        /** Who sent it, and the type of its first record and its first message. */
        String nameOf(byte[] datagram) {
            return (from == client ? "client: " : "server: ") + datagram[0] + ", " + datagram[DtlsRecord.HEADER_BYTES];
        }

        private @Nullable DtlsKeys poll(DtlsTransport transport) {
            DtlsEvent event = transport.pollEvent();
            if (event instanceof DtlsEvent.Failed failed) {
                failure = failed.reason();
            }
            return event instanceof DtlsEvent.Connected connected ? connected.keys() : null;
        }

        DtlsKeys connected(DtlsTransport transport) {
            DtlsKeys keys = transport == server ? serverKeys : clientKeys;
            assertThat(failure).isEmpty();
            assertThat(keys).isNotNull();
            return keys;
        }
    }
}
