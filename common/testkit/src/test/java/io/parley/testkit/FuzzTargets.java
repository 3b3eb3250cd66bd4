// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.testkit;

import io.parley.rtc.buf.Bytes;
import io.parley.rtc.buf.Outbox;
import io.parley.rtc.buf.Path;
import io.parley.rtc.buf.Slot;
import io.parley.rtc.cc.ArrivalRecorder;
import io.parley.rtc.crypto.JdkCiphers;
import io.parley.rtc.datachannel.ChannelOpen;
import io.parley.rtc.dtls.DtlsCertificate;
import io.parley.rtc.dtls.DtlsEvent;
import io.parley.rtc.dtls.DtlsHandshake;
import io.parley.rtc.dtls.DtlsRole;
import io.parley.rtc.dtls.DtlsTransport;
import io.parley.rtc.ice.IceAgent;
import io.parley.rtc.ice.IceSettings;
import io.parley.rtc.ice.PathClaim;
import io.parley.rtc.peer.InboundPacket;
import io.parley.rtc.peer.PeerCounters;
import io.parley.rtc.peer.PeerTransport;
import io.parley.rtc.peer.SenderClock;
import io.parley.rtc.rtcp.RtcpReader;
import io.parley.rtc.rtcp.RtcpWriter;
import io.parley.rtc.rtcp.TransportFeedback;
import io.parley.rtc.rtp.RtpHeader;
import io.parley.rtc.rtp.codec.OpusPayload;
import io.parley.rtc.rtp.codec.PayloadCodec;
import io.parley.rtc.rtp.codec.Vp8Descriptor;
import io.parley.rtc.sctp.SctpSettings;
import io.parley.rtc.sdp.Candidate;
import io.parley.rtc.sdp.IceCredentials;
import io.parley.rtc.sdp.SdpException;
import io.parley.rtc.sdp.SessionDescription;
import io.parley.rtc.srtp.MasterKey;
import io.parley.rtc.srtp.SrtpProfile;
import io.parley.rtc.srtp.SrtpReceiver;
import io.parley.rtc.stream.NackGenerator;
import io.parley.rtc.stream.ReceiveStream;
import io.parley.rtc.stream.SendStream;
import io.parley.rtc.stun.StunIntegrity;
import io.parley.rtc.stun.StunMessage;
import io.parley.rtc.time.Deadline;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * One entry for each parser and machine, of the shape a coverage-guided fuzzer calls. An entry may refuse its input in
 * whatever way the code documents, and must do nothing else: no other exception, no endless loop.
 */
public final class FuzzTargets {
    private static final DtlsCertificate CERTIFICATE = DtlsCertificate.generate(new SecureRandom(), 0);

    private static final List<SrtpReceiver> RECEIVERS = Stream.of(SrtpProfile.values())
            .map(profile -> new MasterKey(profile, new byte[profile.keyBytes()], new byte[profile.saltBytes()]))
            .map(key -> new SrtpReceiver(key, new JdkCiphers()))
            .toList();
    private static final StunIntegrity NOBODYS_KEY = new StunIntegrity("a password that is in no corpus");

    /** Bytes before and behind a datagram in its buffer. */
    private static final int BESIDE = 32;

    private FuzzTargets() {}

    public static Map<String, Consumer<byte[]>> all() {
        Map<String, Consumer<byte[]>> targets = new LinkedHashMap<>();
        targets.put("stun", FuzzTargets::stun);
        targets.put("rtp", FuzzTargets::rtp);
        targets.put("rtcp", FuzzTargets::rtcp);
        targets.put("sdp", FuzzTargets::sdp);
        targets.put("candidate", FuzzTargets::candidate);
        targets.put("payload", FuzzTargets::payload);
        targets.put("ice", FuzzTargets::ice);
        targets.put("nack", FuzzTargets::nack);
        targets.put("srtp", FuzzTargets::srtp);
        targets.put("dtls", FuzzTargets::dtls);
        targets.put("arrivals", FuzzTargets::arrivals);
        targets.put("peer", FuzzTargets::peer);
        targets.put("sctp", FuzzTargets::sctp);
        targets.put("channel", FuzzTargets::channel);
        return targets;
    }

    /** Nothing authenticates under a key that nobody had, and nothing is read from beside the datagram. */
    public static void stun(byte[] data) {
        byte[] dressed = Arrays.copyOf(data, data.length & ~3);
        if (dressed.length >= StunMessage.HEADER_BYTES) {
            // Else most mutations end at the header.
            Bytes.putU16(dressed, 2, dressed.length - StunMessage.HEADER_BYTES);
            Bytes.putI32(dressed, 4, 0x2112A442);
        }
        for (byte[] message : List.of(data, dressed)) {
            require(stun(message, 0, message.length).equals(stun(amidst(message), BESIDE, message.length)));
        }
    }

    private static String stun(byte[] buf, int off, int len) {
        StunMessage message = new StunMessage();
        if (!message.wrap(buf, off, len)) {
            return "refused";
        }
        require(!message.isAuthentic(NOBODYS_KEY));
        return message.type() + " " + message.username() + message.mappedAddress() + message.errorCode()
                + message.priority() + message.tieBreaker() + message.unknownRequiredAttribute()
                + message.hasUseCandidate() + message.isFromControlling() + message.isFromControlled();
    }

    /** The bytes with others before and behind, which a reader must not look at. */
    private static byte[] amidst(byte[] data) {
        byte[] buf = new byte[data.length + 2 * BESIDE];
        Arrays.fill(buf, (byte) 0xA5);
        System.arraycopy(data, 0, buf, BESIDE, data.length);
        return buf;
    }

    public static void rtp(byte[] data) {
        RtpHeader header = new RtpHeader();
        if (header.wrap(data, 0, data.length)) {
            require(header.headerLength() <= data.length);
            require(header.paddingLength(data.length) <= data.length - header.headerLength());
            for (int id = 1; id < 256; id++) {
                int at = header.findExtension(id);
                require(at < 0 || at + header.extensionLength() <= header.headerLength());
            }
        }
    }

    /** Each accessor is called as often as the reader says, and nothing is read from beside the datagram. */
    public static void rtcp(byte[] data) {
        require(rtcp(data, 0, data.length) == rtcp(amidst(data), BESIDE, data.length));
    }

    /** @return a number made of all that was read */
    private static long rtcp(byte[] buf, int off, int len) {
        RtcpReader reader = new RtcpReader();
        if (!reader.wrap(buf, off, len)) {
            return -1;
        }
        long sum = 0;
        while (reader.next()) {
            sum = 31 * sum + reader.senderSsrc();
            switch (reader.type()) {
                case RtcpReader.SENDER_REPORT, RtcpReader.RECEIVER_REPORT -> {
                    for (int i = 0; i < reader.count(); i++) {
                        sum = 31 * sum + reader.reportSsrc(i) + reader.jitter(i) + reader.delaySinceLastSenderReport(i);
                    }
                }
                case RtcpReader.EXTENDED_REPORT -> {
                    while (reader.nextBlock()) {
                        sum = 31 * sum
                                + (reader.blockType() == RtcpReader.BLOCK_REFERENCE_TIME ? reader.referenceTime() : 0);
                        for (int i = 0; i < reader.delayCount(); i++) {
                            sum = 31 * sum + reader.delaySsrc(i) + reader.delaySinceReference(i);
                        }
                    }
                }
                case RtcpReader.TRANSPORT_FEEDBACK -> {
                    for (int i = 0; i < reader.nackCount(); i++) {
                        sum = 31 * sum + reader.nackPacketId(i) + reader.nackBitmask(i);
                    }
                    TransportFeedback feedback = new TransportFeedback();
                    if (reader.count() == RtcpReader.FMT_TRANSPORT_CC && reader.readTransportFeedback(feedback)) {
                        int packets = 0;
                        while (feedback.next()) {
                            sum = 31 * sum + feedback.arrivalUs();
                            packets++;
                        }
                        require(packets <= 65535);
                    }
                }
                case RtcpReader.PAYLOAD_FEEDBACK -> {
                    for (int i = 0; i < reader.firCount(); i++) {
                        sum = 31 * sum + reader.firSsrc(i);
                    }
                }
                default -> sum = 31 * sum + reader.type();
            }
        }
        return sum;
    }

    /** What we write, of whatever we read, is a description again. */
    public static void sdp(byte[] data) {
        SessionDescription read;
        try {
            read = SessionDescription.parse(new String(data, StandardCharsets.UTF_8));
        } catch (SdpException refused) {
            require(refused.getMessage() != null);
            return;
        }
        require(SessionDescription.parse(read.format()).media.size() == read.media.size());
    }

    public static void candidate(byte[] data) {
        try {
            Candidate candidate = Candidate.parse(new String(data, StandardCharsets.UTF_8));
            require(Candidate.parse(candidate.format()).equals(candidate));
        } catch (SdpException refused) {
            require(refused.getMessage() != null);
        }
    }

    public static void payload(byte[] data) {
        Vp8Descriptor vp8 = new Vp8Descriptor();
        for (PayloadCodec codec : PayloadCodec.values()) {
            require(!codec.startsKeyFrame(vp8, data, 0, data.length) || data.length > 0);
        }
        require(OpusPayload.durationTicks(data, 0, data.length) <= 5760);
    }

    /** Call orders and time steps of a full agent. */
    public static void ice(byte[] data) {
        Choices choices = Choices.ofBytes(data);
        long nowNs = 1_000_000_000L;
        IceAgent agent = new IceAgent(
                IceAgent.Mode.values()[choices.between(0, 2)],
                new IceCredentials("ufrag", "password password pass"),
                IceSettings.DEFAULT,
                Choices.ofSeed(1),
                nowNs);
        Slot slot = new Slot();
        for (int i = 0; i < data.length / 4 + 1; i++) {
            Path path = new Path(0, new InetSocketAddress("192.0.2.1", choices.between(1, 40)));
            switch (choices.between(0, 5)) {
                case 0 -> agent.onRemoteCandidate(nowNs, path, choices.nextInt());
                case 1 -> agent.onRemoteCredentials(nowNs, new IceCredentials("r" + choices.between(0, 2), "pw"));
                case 2 -> agent.onAuthenticatedTraffic(nowNs, path, true);
                case 3 -> agent.restart(nowNs, new IceCredentials("n" + choices.between(0, 2), "pw"));
                case 4 -> {
                    byte[] bytes = choices.bytes(choices.between(0, 60));
                    agent.onStun(nowNs, path, bytes, 0, bytes.length);
                }
                default -> nowNs += choices.between(0, 20) * 1_000_000_000L;
            }
            for (int due = 0; Deadline.isDue(agent.nextDeadlineNs(), nowNs); due++) {
                require(due < 1000);
                agent.onDeadline(nowNs);
            }
            while (agent.pollTransmit(slot) != null) {
                require(slot.length > 0);
            }
            while (agent.pollEvent() != null) {
                continue;
            }
        }
    }

    public static void nack(byte[] data) {
        Choices choices = Choices.ofBytes(data);
        NackGenerator nack = new NackGenerator();
        byte[] buf = new byte[1200];
        long nowNs = 0;
        long seq = 70_000;
        for (int i = 0; i < data.length; i++) {
            seq += choices.between(-50, 200);
            nack.onPacket(nowNs, Math.max(0, seq));
            nowNs += choices.between(0, 50) * 1_000_000L;
            RtcpWriter writer = new RtcpWriter().begin(buf, 0, buf.length);
            nack.writeDue(nowNs, 50_000_000L, writer, 1, 2);
            require(writer.remaining() >= 0);
            require(nack.nextDeadlineNs() == Deadline.NEVER || nack.nextDeadlineNs() > nowNs);
        }
    }

    /** Packets that nobody with the key made: none passes, so none leaves a trace in the receivers. */
    public static void srtp(byte[] data) {
        for (SrtpReceiver receiver : RECEIVERS) {
            RtpHeader header = new RtpHeader();
            byte[] packet = Arrays.copyOf(data, data.length + 64);
            if (header.wrap(packet, 0, data.length)) {
                require(receiver.unprotectRtp(packet, 0, header.headerLength(), data.length) < 0);
            }
            packet = Arrays.copyOf(data, data.length + 64);
            require(data.length < 8 || receiver.unprotectRtcp(packet, 0, data.length) < 0);
        }
    }

    /** Records of any shape at a transport whose handshake is done: none authenticates, none makes it speak. */
    public static void dtls(byte[] data) {
        Simulation simulation = new Simulation(Choices.ofSeed(1));
        DtlsHandshake.Factory factory = ScriptedHandshake.factory(simulation);
        DtlsHandshake client =
                factory.start(DtlsRole.CLIENT, CERTIFICATE, CERTIFICATE.fingerprint(), List.of(7), () -> {});
        byte[] hello = client.pollTransmit();
        DtlsTransport transport = new DtlsTransport(
                factory.start(DtlsRole.SERVER, CERTIFICATE, CERTIFICATE.fingerprint(), List.of(7), () -> {}),
                new JdkCiphers(),
                (nowNs, buf, off, len) -> require(false));
        transport.onDatagram(simulation.nowNs(), hello, 0, hello.length);
        transport.onProgress();
        require(transport.pollEvent() instanceof DtlsEvent.Connected);
        Slot slot = new Slot();
        while (transport.pollTransmit(slot)) {
            require(slot.length > 0);
        }
        require(!transport.onDatagram(simulation.nowNs(), data.clone(), 0, data.length));
        require(transport.pollEvent() == null);
        int repeats = 0;
        while (transport.pollTransmit(slot)) {
            require(++repeats <= 1); // at most its last flight, once
        }
    }

    /** Transport-wide numbers and times of any kind. */
    public static void arrivals(byte[] data) {
        Choices choices = Choices.ofBytes(data);
        ArrivalRecorder recorder = new ArrivalRecorder();
        byte[] buf = new byte[1200];
        long nowNs = 1_000_000_000L;
        for (int i = 0; i < data.length; i++) {
            nowNs += choices.between(0, 1000) * 1_000_000L;
            recorder.onPacket(nowNs, choices.nextInt() & 0xFFFF, 1);
            for (int due = 0; Deadline.isDue(recorder.nextDeadlineNs(), nowNs); due++) {
                require(due < 2000);
                RtcpWriter writer = new RtcpWriter().begin(buf, 0, buf.length);
                recorder.writeFeedback(writer, 1);
                require(writer.remaining() >= 0);
                if (writer.length() > 0) {
                    rtcp(Arrays.copyOf(buf, writer.length()));
                }
            }
        }
    }

    /** Any datagram at any time into a peer that is not connected: what anyone on the network can do. */
    public static void peer(byte[] data) {
        Choices choices = Choices.ofBytes(data);
        Simulation simulation = new Simulation(Choices.ofSeed(1));
        PeerTransport peer = new PeerTransport(
                new IceAgent(
                        IceAgent.Mode.LITE,
                        new IceCredentials("ufrag", "password password pass"),
                        IceSettings.DEFAULT,
                        Choices.ofSeed(2),
                        simulation.nowNs()),
                ScriptedHandshake.factory(simulation),
                CERTIFICATE,
                new JdkCiphers(),
                new Outbox(8, new Discard()),
                new PeerCounters(),
                new Silent(),
                () -> {},
                Choices.ofSeed(3));
        peer.onRemoteDtls(simulation.nowNs(), DtlsRole.SERVER, CERTIFICATE.fingerprint());
        long nowNs = simulation.nowNs();
        for (int at = 0; at < data.length; ) {
            int len = Math.min(data.length - at, choices.between(0, 80));
            byte[] datagram = Arrays.copyOfRange(data, at, at + len + 64);
            peer.onDatagram(nowNs, new Path(0, new InetSocketAddress("192.0.2.1", 9)), datagram, 0, len);
            nowNs += 1_000_000L;
            if (Deadline.isDue(peer.nextDeadlineNs(), nowNs)) {
                peer.onDeadline(nowNs);
            }
            at += len + 1;
        }
        peer.close();
    }

    /**
     * Chunks of any shape into an association that is established: each packet has the right tag and checksum, and
     * between them some time passes. It may end, and must not hold more than its window.
     */
    public static void sctp(byte[] data) {
        Choices choices = Choices.ofBytes(data);
        Simulation simulation = new Simulation(Choices.ofSeed(1));
        SimulatedNetwork network = new SimulatedNetwork(simulation, SimulatedNetwork.Link.PERFECT);
        InetSocketAddress here = new InetSocketAddress("192.0.2.1", 1);
        InetSocketAddress there = new InetSocketAddress("192.0.2.2", 2);
        byte[] header = new byte[12];
        SctpEndpoint target = new SctpEndpoint(simulation, network, here, there);
        SctpEndpoint peer = new SctpEndpoint(simulation, network, there, here);
        network.attach(here, (from, buf, off, len) -> {
            System.arraycopy(buf, off, header, 0, 12); // ports and tag, for our own packets
            target.onDatagram(from, buf, off, len);
        });
        target.association.connect(simulation.nowNs());
        target.drain();
        simulation.runUntil("established", 5000, target.association::isEstablished);
        simulation.runForMs(500);
        target.association.send(simulation.nowNs(), 0, 53, new byte[5000], true, 0, Deadline.NEVER);
        target.drain();
        target.isReadingPaused = choices.nextBoolean();
        int cap = SctpSettings.DEFAULT.receiveWindow() + 2 * SctpSettings.DEFAULT.maxMessage();
        for (int at = 0; at < data.length; ) {
            int len = Math.min(data.length - at, choices.between(4, 120));
            byte[] packet = new byte[12 + (len + 3 & ~3)];
            System.arraycopy(header, 0, packet, 0, 8);
            System.arraycopy(data, at, packet, 12, len);
            CRC32C crc = new CRC32C();
            crc.update(packet, 0, packet.length);
            Bytes.putI32(packet, 8, Integer.reverseBytes((int) crc.getValue()));
            target.onDatagram(there, packet, 0, packet.length);
            require(target.association.heldBytes() <= cap);
            simulation.runForMs(choices.between(0, 400));
            at += len;
        }
        simulation.runForMs(10_000);
        require(target.messages.stream().noneMatch(message -> message.payload().length == 0));
        require(peer.events.size() < 100);
    }

    /** Data channel establishment: what is read is written back alike. */
    public static void channel(byte[] data) {
        ChannelOpen open = ChannelOpen.parse(data);
        if (open != null) {
            require(open.equals(ChannelOpen.parse(open.encode()))
                    || open.label().contains("\uFFFD")
                    || open.protocol().contains("\uFFFD"));
        }
    }

    private static void require(boolean condition) {
        if (!condition) {
            throw new AssertionError("a rule of the target is broken");
        }
    }

    private static final class Discard implements Outbox.Sink {
        @Override
        public void onDatagram(Path path, byte[] buf, int off, int len) {
            require(len > 0);
        }

        @Override
        public void onFlush() {
            // nothing is kept
        }
    }

    private static final class Silent implements PeerTransport.Listener {
        @Override
        public void onConnected(long nowNs) {
            throw new AssertionError("connected without a check that authenticates");
        }

        @Override
        public void onLost(long nowNs) {
            throw new AssertionError("lost without a connection");
        }

        @Override
        public void onClosed(long nowNs, String reason) {
            require(!reason.isEmpty());
        }

        @Override
        public void onPath(long nowNs, Path path, PathClaim claim) {
            throw new AssertionError("learned a path without a check that authenticates");
        }

        @Override
        public void onPacket(long nowNs, InboundPacket packet) {
            throw new AssertionError("let a packet through without keys");
        }

        @Override
        public void onSenderReport(long nowNs, ReceiveStream stream) {
            throw new AssertionError("let a report through without keys");
        }

        @Override
        public void onStreamBroken(long nowNs, ReceiveStream stream) {
            throw new AssertionError("has a stream without keys");
        }

        @Override
        public void onNack(long nowNs, SendStream stream, int packetId, int bitmask) {
            throw new AssertionError("let feedback through without keys");
        }

        @Override
        public void onKeyFrameRequest(long nowNs, SendStream stream) {
            throw new AssertionError("let feedback through without keys");
        }

        @Override
        public boolean onReportDue(long nowNs, SendStream stream, SenderClock clock) {
            return false;
        }
    }
}
