// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.dtls;

import io.parley.rtc.sdp.Fingerprint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.bouncycastle.tls.DTLSClientProtocol;
import org.bouncycastle.tls.DTLSServerProtocol;
import org.bouncycastle.tls.DatagramTransport;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCrypto;
import org.jspecify.annotations.Nullable;

/**
 * A handshake by BouncyCastle on a virtual thread of its own. The thread blocks on {@code inbound}; everything else
 * here is called by the loop and never blocks. Its timers run on the wall clock.
 *
 * <p>Clients that stall cost memory but nobody's turn: a server takes a place among those under way once it heard
 * something, and whoever waits for the network lets others compute. Lines are first come, first served.
 */
public final class BouncyCastleHandshake implements DtlsHandshake {
    /**
     * Handshakes under way in this process; more wait in line for a place. An honest one takes three round trips, so that
     * these are some 3,000 joins a second; one that stalls holds a few kB, and 300 kB if it tries, for {@link #TIMEOUT_MS}.
     */
    static final int MAX_UNDER_WAY = 1024;

    /** Each step costs some milliseconds of CPU; what else runs on virtual threads has to wait for no more than these. */
    static final int MAX_COMPUTING = Runtime.getRuntime().availableProcessors();

    /** For each of: the client's first word, a place, and the handshake itself. Clients give up after as long. */
    static final int TIMEOUT_MS = 15_000;

    /** More than any flight has. */
    private static final int MAX_QUEUED_DATAGRAMS = 16;

    private static final int MAX_DATAGRAM_BYTES = 1200;

    static final Semaphore UNDER_WAY = new Semaphore(MAX_UNDER_WAY, true);
    private static final Semaphore COMPUTING = new Semaphore(MAX_COMPUTING, true);
    private static final JcaTlsCrypto CRYPTO = ModestCipher.crypto();

    private final ArrayBlockingQueue<byte[]> inbound = new ArrayBlockingQueue<>(MAX_QUEUED_DATAGRAMS);
    private final ConcurrentLinkedQueue<byte[]> outbound = new ConcurrentLinkedQueue<>();
    private final HandshakeMessages messages = new HandshakeMessages();
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
        Flights transport = new Flights();
        boolean isUnderWay = false;
        try {
            if (role == DtlsRole.SERVER) {
                transport.awaitFirst();
            }
            isUnderWay = UNDER_WAY.tryAcquire(TIMEOUT_MS, TimeUnit.MILLISECONDS);
            if (!isUnderWay) {
                throw new IOException("too many handshakes");
            }
            transport.compute();
            try {
                if (role == DtlsRole.SERVER) {
                    new DTLSServerProtocol().accept(peers.server(), transport);
                } else {
                    new DTLSClientProtocol().connect(peers.client(), transport);
                }
            } finally {
                transport.flush();
            }
            outcome = new Outcome.Done(peers.keys(role, transport.nextSequence, List.copyOf(transport.flight)));
        } catch (IOException e) {
            Throwable cause = e.getCause();
            outcome =
                    new Outcome.Failed(cause == null ? String.valueOf(e.getMessage()) : e.getMessage() + ": " + cause);
        } catch (InterruptedException e) {
            outcome = new Outcome.Failed("abandoned");
        } finally {
            transport.pause();
            if (isUnderWay) {
                UNDER_WAY.release();
            }
            onProgress.run();
        }
    }

    @Override
    public void onDatagram(byte[] buf, int off, int len) {
        byte[] datagram = Arrays.copyOfRange(buf, off, off + len);
        // A full queue drops it, and the peer will repeat itself; only the loop adds.
        if (inbound.remainingCapacity() > 0 && messages.areModest(datagram)) {
            inbound.add(datagram);
        }
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

    /**
     * The datagram transport that BouncyCastle's thread sees; remembers our last flight and its record numbers.
     * BouncyCastle sends record by record, and repeats all of a flight if one is lost: those that fit go in one datagram
     * (RFC 6347, section 4.1.1), which is lost less often than one of several.
     */
    private final class Flights implements DatagramTransport {
        final List<byte[]> flight = new ArrayList<>();
        boolean answered;
        long nextSequence;
        private final ByteArrayOutputStream records = new ByteArrayOutputStream(MAX_DATAGRAM_BYTES);
        private byte @Nullable [] first;
        private boolean isComputing;

        void awaitFirst() throws IOException, InterruptedException {
            first = inbound.poll(TIMEOUT_MS, TimeUnit.MILLISECONDS);
            if (first == null) {
                throw new IOException("the client said nothing");
            }
        }

        void compute() throws InterruptedException {
            COMPUTING.acquire();
            isComputing = true;
        }

        void pause() {
            if (isComputing) {
                isComputing = false;
                COMPUTING.release();
            }
        }

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
            flush();
            try {
                byte[] datagram = next(waitMillis);
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

        /** Each datagram is a turn of its own: where one sender's never end, they stand in line behind everybody's. */
        private byte @Nullable [] next(int waitMillis) throws InterruptedException {
            pause();
            LockSupport.parkNanos(1); // a virtual thread keeps its carrier until it waits; a yield soon gives it back
            byte[] datagram = first;
            first = null;
            if (datagram == null) {
                datagram = inbound.poll(Math.max(waitMillis, 1), TimeUnit.MILLISECONDS); // 0 would mean for ever
            }
            compute();
            return datagram;
        }

        @Override
        public void send(byte[] buf, int off, int len) {
            if (records.size() + len > MAX_DATAGRAM_BYTES) {
                flush();
            }
            records.write(buf, off, len);
        }

        void flush() {
            if (records.size() == 0) {
                return;
            }
            byte[] datagram = records.toByteArray();
            records.reset();
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
