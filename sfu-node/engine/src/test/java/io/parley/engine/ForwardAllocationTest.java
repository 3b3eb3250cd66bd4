// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.parley.engine.track.DownTrack;
import io.parley.engine.track.MediaPacket;
import io.parley.engine.track.TrackHost;
import io.parley.engine.track.UpTrack;
import io.parley.rtc.buf.Outbox;
import io.parley.rtc.buf.Path;
import io.parley.rtc.crypto.Ciphers;
import io.parley.rtc.crypto.JdkCiphers;
import io.parley.rtc.crypto.OpensslCiphers;
import io.parley.rtc.dtls.DtlsCertificate;
import io.parley.rtc.dtls.DtlsRole;
import io.parley.rtc.ice.IceAgent;
import io.parley.rtc.ice.IceSettings;
import io.parley.rtc.ice.PathClaim;
import io.parley.rtc.peer.InboundPacket;
import io.parley.rtc.peer.PeerCounters;
import io.parley.rtc.peer.PeerTransport;
import io.parley.rtc.peer.ReceiveSection;
import io.parley.rtc.peer.SenderClock;
import io.parley.rtc.rtp.ExtensionIds;
import io.parley.rtc.rtp.HeaderExtension;
import io.parley.rtc.rtp.codec.PayloadCodec;
import io.parley.rtc.sdp.Codec;
import io.parley.rtc.sdp.IceCredentials;
import io.parley.rtc.stream.ReceiveStream;
import io.parley.rtc.stream.SendStream;
import io.parley.testkit.Choices;
import io.parley.testkit.ScriptedHandshake;
import io.parley.testkit.Simulation;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * Nothing is allocated on the way of a packet through rtc and engine: SRTP datagram in, ring, rewriting, SRTP datagram
 * out to three subscribers, who get one of two layers and now and then the other.
 */
class ForwardAllocationTest {
    private static final int WARM_UP = 30_000;
    private static final int FORWARDS = 10_000;
    private static final int SUBSCRIBERS = 3;
    private static final int KEY_FRAME_INTERVAL = 30;
    private static final int SWITCH_INTERVAL = 500;
    private static final DtlsCertificate CERTIFICATE = DtlsCertificate.generate(new SecureRandom(), 0);
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void forwardingAllocatesNothingWithTheNativeCipher() {
        assertThat(OpensslCiphers.isAvailable())
                .as("libcrypto, of the package libssl3, is here")
                .isTrue();
        assertThat(allocatedBytes(OpensslCiphers::new)).isZero();
    }

    @Test
    void theJdkCiphersOwnGarbageIsKnown() {
        long perForward = allocatedBytes(JdkCiphers::new) / FORWARDS;
        System.out.printf("JDK cipher: %d bytes allocated for two packets in and %d out%n", perForward, SUBSCRIBERS);
        // The provider's own garbage, about 1 kB an operation: an order of magnitude more would be ours.
        assertThat(perForward).isLessThan((SUBSCRIBERS + 2) * 5_000L);
    }

    private static long allocatedBytes(Supplier<Ciphers> ciphers) {
        Wire wire = new Wire(ciphers);
        wire.forward(WARM_UP);
        long least = Long.MAX_VALUE;
        // The measuring thread may compile or be sampled meanwhile; the path itself allocates every time or never.
        for (int i = 0; i < 5 && least != 0; i++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            wire.forward(FORWARDS);
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(wire.delivered).isGreaterThanOrEqualTo((long) SUBSCRIBERS * (WARM_UP + FORWARDS));
        return least;
    }

    /** A publishing client, our side of it, and our sides of three subscribers, connected without a network. */
    private static final class Wire {
        private final Simulation simulation = new Simulation(Choices.ofSeed(1));
        private final End publisher;
        private final SendStream camera = new SendStream(11, 12, "1", "c", 96, -1, 90000, 1);
        private final UpTrack up = new UpTrack(PayloadCodec.VP8, 90000, layer -> {}, new TrackHost());
        private final MediaPacket packet = new MediaPacket();
        private final byte[] payload = new byte[1100];
        private final DownTrack[] downs = new DownTrack[SUBSCRIBERS];
        private int wantedLayer;
        private long seq = 2 * KEY_FRAME_INTERVAL;
        private long nowNs = 1_000_000_000L;
        long delivered;

        Wire(Supplier<Ciphers> ciphers) {
            payload[0] = (byte) 0x90;
            payload[1] = (byte) 0x80;
            payload[2] = (byte) 0x80;
            payload[3] = 1;
            payload[4] = 0;
            End ours = new End(IceAgent.Mode.LITE, ciphers.get(), this::onUp);
            publisher = new End(IceAgent.Mode.CONTROLLING, ciphers.get(), p -> {});
            connect(publisher, ours);
            ours.peer.onNegotiated(
                    List.of(new ReceiveSection(
                            "1",
                            List.of(new Codec(96, "VP8", 90000, 1, Map.of(), List.of("nack"))),
                            false,
                            Set.of(11),
                            List.of())),
                    new ExtensionIds(Map.of(HeaderExtension.TRANSPORT_SEQUENCE, 3)));
            publisher.peer.addSendStream(nowNs, camera);
            for (int i = 0; i < SUBSCRIBERS; i++) {
                End subscriber = new End(IceAgent.Mode.CONTROLLING, ciphers.get(), p -> {});
                End seat = new End(IceAgent.Mode.LITE, ciphers.get(), p -> {});
                connect(subscriber, seat);
                seat.sendsTo = null; // count, don't deliver
                SendStream stream = new SendStream(21 + i, 31 + i, "1", "c", 96, 97, 90000, 1);
                seat.peer.addSendStream(nowNs, stream);
                downs[i] = new DownTrack(up, seat.peer.writer(), stream, 1000, 5, bug -> {
                    throw new AssertionError(bug);
                });
                downs[i].attach(nowNs);
            }
        }

        private void connect(End client, End server) {
            client.sendsTo = server;
            server.sendsTo = client;
            client.peer.ice().onRemoteCredentials(nowNs, server.credentials);
            server.peer.ice().onRemoteCredentials(nowNs, client.credentials);
            client.peer.onRemoteDtls(nowNs, DtlsRole.CLIENT, CERTIFICATE.fingerprint());
            server.peer.onRemoteDtls(nowNs, DtlsRole.SERVER, CERTIFICATE.fingerprint());
            client.peer.ice().onRemoteCandidate(nowNs, End.PATH, 1);
            for (int i = 0; i < 20; i++) {
                client.peer.onWakeUp(nowNs);
                client.outbox.flush();
                server.peer.onWakeUp(nowNs);
                server.outbox.flush();
                client.deliver(nowNs);
                server.deliver(nowNs);
            }
            assertThat(client.peer.isConnected() && server.peer.isConnected()).isTrue();
        }

        private void onUp(InboundPacket in) {
            // The layers take turns in one stream.
            packet.layer = (int) in.extSeq & 1;
            packet.extSeq = in.extSeq >> 1;
            packet.extTs = up.layer(packet.layer).extendTimestamp(in.timestamp);
            packet.hasMarker = in.hasMarker;
            packet.buf = in.buf;
            packet.off = in.payloadOff;
            packet.len = in.payloadLen;
            up.onPacket(nowNs, packet);
        }

        void forward(int packets) {
            for (int i = 0; i < packets; i++) {
                nowNs += 1_000_000;
                if (i % SWITCH_INTERVAL == 0) {
                    wantedLayer ^= 1;
                    for (int j = 0; j < SUBSCRIBERS; j++) {
                        downs[j].onSettings(nowNs, false, wantedLayer);
                    }
                }
                send();
                send();
            }
        }

        private void send() {
            long number = seq >> 1;
            int at = publisher.peer.writer().begin(camera, true, seq, (int) (number * 3000));
            seq++;
            payload[3] = (byte) number;
            payload[4] = (byte) (number % KEY_FRAME_INTERVAL == 0 ? 0 : 1);
            System.arraycopy(payload, 0, publisher.peer.writer().packet(), at, payload.length);
            publisher.peer.writer().commit(payload.length);
            publisher.outbox.flush();
        }

        /** One end of a connection; what it sends reaches the other end in the same call, once connected. */
        private final class End implements PeerTransport.Listener, Outbox.Sink {
            static final Path PATH = new Path(0, new InetSocketAddress("192.0.2.7", 9));
            final IceCredentials credentials = IceCredentials.random(simulation.choices());
            final Outbox outbox = new Outbox(16, this);
            final PeerTransport peer;
            final Consumer<InboundPacket> consumer;
            final ArrayDeque<byte[]> early = new ArrayDeque<>();
            End sendsTo;

            End(IceAgent.Mode mode, Ciphers ciphers, Consumer<InboundPacket> consumer) {
                this.consumer = consumer;
                this.peer = new PeerTransport(
                        new IceAgent(mode, credentials, IceSettings.DEFAULT, simulation.choices(), nowNs),
                        ScriptedHandshake.factory(simulation),
                        CERTIFICATE,
                        ciphers,
                        outbox,
                        new PeerCounters(),
                        this,
                        () -> {},
                        simulation.choices());
            }

            void deliver(long atNs) {
                for (byte[] datagram = early.poll(); datagram != null; datagram = early.poll()) {
                    sendsTo.peer.onDatagram(atNs, PATH, Arrays.copyOf(datagram, 1600), 0, datagram.length);
                }
            }

            @Override
            public void onDatagram(Path path, byte[] buf, int off, int len) {
                if (sendsTo == null) {
                    delivered++;
                } else if (this == publisher && peer.isConnected()) {
                    sendsTo.peer.onDatagram(nowNs, PATH, buf, off, len);
                } else {
                    early.add(Arrays.copyOfRange(buf, off, off + len));
                }
            }

            @Override
            public void onFlush() {
                // delivered above
            }

            @Override
            public void onConnected(long atNs) {
                // asserted by connect
            }

            @Override
            public void onLost(long atNs) {
                throw new AssertionError("lost");
            }

            @Override
            public void onClosed(long atNs, String reason) {
                throw new AssertionError(reason);
            }

            @Override
            public void onPath(long atNs, Path path, PathClaim claim) {
                // one path
            }

            @Override
            public void onPacket(long atNs, InboundPacket in) {
                consumer.accept(in);
            }

            @Override
            public void onSenderReport(long atNs, ReceiveStream stream) {
                // none are sent
            }

            @Override
            public void onStreamBroken(long atNs, ReceiveStream stream) {
                throw new AssertionError("nothing is lost here");
            }

            @Override
            public void onNack(long atNs, SendStream stream, int packetId, int bitmask) {
                throw new AssertionError("nothing is lost here");
            }

            @Override
            public void onKeyFrameRequest(long atNs, SendStream stream) {
                // every frame is one
            }

            @Override
            public boolean onReportDue(long atNs, SendStream stream, SenderClock clock) {
                return false;
            }
        }
    }
}
