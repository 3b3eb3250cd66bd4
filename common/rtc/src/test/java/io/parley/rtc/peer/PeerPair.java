// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.peer;

import io.parley.rtc.buf.Outbox;
import io.parley.rtc.buf.Path;
import io.parley.rtc.crypto.AeadCipher;
import io.parley.rtc.crypto.Ciphers;
import io.parley.rtc.crypto.CounterCipher;
import io.parley.rtc.crypto.HmacSha1;
import io.parley.rtc.crypto.JdkCiphers;
import io.parley.rtc.dtls.DtlsCertificate;
import io.parley.rtc.dtls.DtlsHandshake;
import io.parley.rtc.dtls.DtlsKeys;
import io.parley.rtc.dtls.DtlsRole;
import io.parley.rtc.ice.IceAgent;
import io.parley.rtc.ice.IceSettings;
import io.parley.rtc.ice.PathClaim;
import io.parley.rtc.rtcp.RtcpReader;
import io.parley.rtc.sdp.IceCredentials;
import io.parley.rtc.stream.ReceiveStream;
import io.parley.rtc.stream.SendStream;
import io.parley.rtc.time.Deadline;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A client and a server with a wire that loses nothing; handshakes are done at once, and nothing is encrypted. */
final class PeerPair {
    static final long MS = 1_000_000L;
    static final Path TO_SERVER = new Path(0, new InetSocketAddress("192.0.2.1", 7882));
    static final Path TO_CLIENT = new Path(0, new InetSocketAddress("192.0.2.9", 1000));
    private static final DtlsCertificate CERTIFICATE = DtlsCertificate.generate(new SecureRandom(), 0);
    private static final int SRTCP_TRAILER_BYTES = 16 + 4;

    final End server;
    final End client;
    long nowNs = 1000 * MS;

    /** How the server sees the client. */
    Path clientPath = TO_CLIENT;

    PeerPair() {
        server = new End(IceAgent.Mode.LITE);
        client = new End(IceAgent.Mode.CONTROLLING);
        server.peer.onRemoteDtls(nowNs, DtlsRole.SERVER, CERTIFICATE.fingerprint());
        client.peer.onRemoteDtls(nowNs, DtlsRole.CLIENT, CERTIFICATE.fingerprint());
        client.peer.ice().onRemoteCredentials(nowNs, server.peer.ice().local());
        client.peer.ice().onRemoteCandidate(nowNs, TO_SERVER, 1);
        runMs(500);
        if (!server.peer.isConnected() || !client.peer.isConnected()) {
            throw new AssertionError("did not connect");
        }
    }

    void runMs(long ms) {
        for (long endNs = nowNs + ms * MS; nowNs < endNs; nowNs += 5 * MS) {
            for (End end : List.of(client, server)) {
                if (Deadline.isDue(end.peer.nextDeadlineNs(), nowNs)) {
                    end.peer.onDeadline(nowNs);
                }
                end.outbox.flush();
            }
            carry();
        }
    }

    /** Until nothing is under way. */
    void carry() {
        client.outbox.flush();
        server.outbox.flush();
        while (!client.sent.isEmpty() || !server.sent.isEmpty()) {
            if (!client.sent.isEmpty()) {
                server.deliver(clientPath, client.sent.remove());
            } else {
                client.deliver(TO_SERVER, server.sent.remove());
            }
        }
    }

    /** One side, and what its listener heard. */
    final class End implements PeerTransport.Listener {
        final PeerCounters counters = new PeerCounters();
        final ArrayDeque<byte[]> sent = new ArrayDeque<>();
        final List<Long> received = new ArrayList<>();
        final List<byte[]> reports = new ArrayList<>();
        final Outbox outbox = new Outbox(16, new Outbox.Sink() {
            @Override
            public void onDatagram(Path path, byte[] buf, int off, int len) {
                sent.add(Arrays.copyOfRange(buf, off, off + len));
            }

            @Override
            public void onFlush() {}
        });
        final PeerTransport peer;

        End(IceAgent.Mode mode) {
            Random random = new Random(mode.ordinal());
            IceAgent ice = new IceAgent(mode, IceCredentials.random(random), IceSettings.DEFAULT, random, nowNs);
            peer = new PeerTransport(
                    ice,
                    (role, certificate, remote, profiles, onProgress) -> new Handshake(role),
                    CERTIFICATE,
                    new ClearCiphers(),
                    outbox,
                    counters,
                    this,
                    () -> {},
                    random);
        }

        void deliver(Path from, byte[] datagram) {
            if (datagram.length > 8 && RtcpReader.isRtcpType(datagram[1] & 0xFF) && (datagram[0] & 0xC0) == 0x80) {
                reports.add(Arrays.copyOf(datagram, datagram.length - SRTCP_TRAILER_BYTES));
            }
            byte[] copy = Arrays.copyOf(datagram, datagram.length + 64);
            peer.onDatagram(nowNs, from, copy, 0, datagram.length);
            outbox.flush();
        }

        @Override
        public void onConnected(long atNs) {}

        @Override
        public void onLost(long atNs) {
            throw new AssertionError("lost");
        }

        @Override
        public void onClosed(long atNs, String reason) {
            throw new AssertionError(reason);
        }

        @Override
        public void onPath(long atNs, Path path, PathClaim claim) {}

        @Override
        public void onPacket(long atNs, InboundPacket packet) {
            received.add(packet.extSeq);
        }

        @Override
        public void onSenderReport(long atNs, ReceiveStream stream) {}

        @Override
        public void onStreamBroken(long atNs, ReceiveStream stream) {}

        @Override
        public void onNack(long atNs, SendStream stream, int packetId, int bitmask) {}

        @Override
        public void onKeyFrameRequest(long atNs, SendStream stream) {}

        @Override
        public boolean onReportDue(long atNs, SendStream stream, SenderClock clock) {
            clock.ntp = atNs;
            return true;
        }
    }

    record Handshake(DtlsRole role) implements DtlsHandshake {
        @Override
        public void onDatagram(byte[] buf, int off, int len) {}

        @Override
        public byte @Nullable [] pollTransmit() {
            return null;
        }

        @Override
        public Outcome outcome() {
            byte[] key = new byte[16];
            byte[] iv = new byte[4];
            return new Outcome.Done(new DtlsKeys(role, 7, new byte[56], key, iv, key, iv, 1, List.of()));
        }

        @Override
        public void close() {}
    }

    /** Leaves the text as it is, so that a test reads what goes over the wire. */
    static final class ClearCiphers implements Ciphers {
        private final Ciphers real = new JdkCiphers();

        @Override
        public AeadCipher gcm(byte[] key, boolean forSealing) {
            return new AeadCipher() {
                @Override
                public void seal(byte[] nonce, byte[] aad, int aadOff, int aadLen, byte[] buf, int off, int len) {}

                @Override
                public boolean open(byte[] nonce, byte[] aad, int aadOff, int aadLen, byte[] buf, int off, int len) {
                    return true;
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public CounterCipher counter(byte[] key) {
            return real.counter(key);
        }

        @Override
        public HmacSha1 hmacSha1(byte[] key) {
            return real.hmacSha1(key);
        }

        @Override
        public String description() {
            return "none";
        }
    }
}
