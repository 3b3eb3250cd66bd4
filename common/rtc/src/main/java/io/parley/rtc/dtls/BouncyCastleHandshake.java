// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.dtls;

import io.parley.rtc.sdp.Fingerprint;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.tls.DTLSClientProtocol;
import org.bouncycastle.tls.DTLSServerProtocol;
import org.bouncycastle.tls.DatagramTransport;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCrypto;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCryptoProvider;
import org.jspecify.annotations.Nullable;

/**
 * A handshake by BouncyCastle on a virtual thread of its own. The thread blocks on {@code inbound}; everything else
 * here is called by the loop and never blocks. Its timers run on the wall clock.
 */
public final class BouncyCastleHandshake implements DtlsHandshake {
    /** Handshakes at once in this process; more wait their turn, each costs some milliseconds of CPU. */
    private static final int MAX_CONCURRENT = 64;

    private static final int MAX_QUEUED_DATAGRAMS = 64;
    private static final int MAX_DATAGRAM_BYTES = 1200;

    /** BouncyCastle doubles its resend timer up to a minute; returning early from a wait makes it resend. */
    private static final int MAX_WAIT_MS = 1000;

    private static final Semaphore RUNNING = new Semaphore(MAX_CONCURRENT);
    private static final JcaTlsCrypto CRYPTO = new JcaTlsCryptoProvider().create(new SecureRandom());

    private final ArrayBlockingQueue<byte[]> inbound = new ArrayBlockingQueue<>(MAX_QUEUED_DATAGRAMS);
    private final ConcurrentLinkedQueue<byte[]> outbound = new ConcurrentLinkedQueue<>();
    private final Runnable onProgress;
    private final Thread thread;
    private volatile Outcome outcome = PENDING;

    /** The factory of the product. */
    public static Factory factory() {
        return BouncyCastleHandshake::new;
    }

    private BouncyCastleHandshake(
            DtlsRole role,
            DtlsCertificate certificate,
            Fingerprint remote,
            List<Integer> srtpProfiles,
            Runnable onProgress) {
        this.onProgress = onProgress;
        this.thread = Thread.ofVirtual()
                .name("dtls-handshake")
                .start(() -> run(new HandshakePeers(CRYPTO, certificate, remote, srtpProfiles), role));
    }

    private void run(HandshakePeers peers, DtlsRole role) {
        boolean acquired = false;
        try {
            RUNNING.acquire();
            acquired = true;
            Flights transport = new Flights();
            if (role == DtlsRole.SERVER) {
                new DTLSServerProtocol().accept(peers.server(), transport);
            } else {
                new DTLSClientProtocol().connect(peers.client(), transport);
            }
            outcome = new Outcome.Done(peers.keys(role, transport.nextSequence, List.copyOf(transport.flight)));
        } catch (IOException e) {
            Throwable cause = e.getCause();
            outcome =
                    new Outcome.Failed(cause == null ? String.valueOf(e.getMessage()) : e.getMessage() + ": " + cause);
        } catch (InterruptedException e) {
            outcome = new Outcome.Failed("abandoned");
        } finally {
            if (acquired) {
                RUNNING.release();
            }
            onProgress.run();
        }
    }

    @Override
    public void onDatagram(byte[] buf, int off, int len) {
        boolean queued = inbound.offer(Arrays.copyOfRange(buf, off, off + len));
        assert queued || inbound.remainingCapacity() == 0 : "only a full queue refuses; the peer will repeat itself";
    }

    @Override
    public byte @Nullable [] pollTransmit() {
        return outbound.poll();
    }

    @Override
    public Outcome outcome() {
        return outcome;
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    /** The datagram transport that BouncyCastle's thread sees; remembers our last flight and its record numbers. */
    private final class Flights implements DatagramTransport {
        final List<byte[]> flight = new ArrayList<>();
        boolean answered;
        long nextSequence;

        @Override
        public int getReceiveLimit() {
            return 1500;
        }

        @Override
        public int getSendLimit() {
            return MAX_DATAGRAM_BYTES;
        }

        @Override
        public int receive(byte[] buf, int off, int len, int waitMillis) throws IOException {
            try {
                // Never 0 (which would mean for ever) and never less than BouncyCastle asks for on a short wait.
                byte[] datagram = inbound.poll(Math.clamp(waitMillis, 1, MAX_WAIT_MS), TimeUnit.MILLISECONDS);
                if (datagram == null) {
                    return -1;
                }
                answered = true;
                int length = Math.min(len, datagram.length);
                System.arraycopy(datagram, 0, buf, off, length);
                return length;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("abandoned", e);
            }
        }

        @Override
        public void send(byte[] buf, int off, int len) {
            byte[] datagram = Arrays.copyOfRange(buf, off, off + len);
            if (answered) {
                flight.clear();
                answered = false;
            }
            flight.add(datagram);
            nextSequence = Math.max(nextSequence, DtlsRecord.nextSequence(datagram, 1));
            outbound.add(datagram);
            onProgress.run();
        }

        @Override
        public void close() {
            // The sockets are the loop's.
        }
    }
}
