// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.testkit;

import io.parley.rtc.buf.Bytes;
import io.parley.rtc.buf.Outbox;
import io.parley.rtc.buf.Path;
import io.parley.rtc.crypto.Ciphers;
import io.parley.rtc.datachannel.ChannelOpen;
import io.parley.rtc.dtls.DtlsCertificate;
import io.parley.rtc.dtls.DtlsRole;
import io.parley.rtc.ice.IceAgent;
import io.parley.rtc.ice.IceSettings;
import io.parley.rtc.ice.PathClaim;
import io.parley.rtc.peer.DataChannel;
import io.parley.rtc.peer.InboundPacket;
import io.parley.rtc.peer.PeerCounters;
import io.parley.rtc.peer.PeerTransport;
import io.parley.rtc.peer.ReceiveSection;
import io.parley.rtc.peer.SenderClock;
import io.parley.rtc.rtp.ExtensionIds;
import io.parley.rtc.rtp.HeaderExtension;
import io.parley.rtc.rtp.codec.Vp8Descriptor;
import io.parley.rtc.sdp.Candidate;
import io.parley.rtc.sdp.Codec;
import io.parley.rtc.sdp.Direction;
import io.parley.rtc.sdp.Fingerprint;
import io.parley.rtc.sdp.IceCredentials;
import io.parley.rtc.sdp.MediaDescription;
import io.parley.rtc.sdp.MediaKind;
import io.parley.rtc.sdp.SessionDescription;
import io.parley.rtc.sdp.Setup;
import io.parley.rtc.sdp.SsrcGroup;
import io.parley.rtc.stream.ReceiveStream;
import io.parley.rtc.stream.SendStream;
import io.parley.rtc.time.NtpTime;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * One peer connection of a client, in virtual time: offers or answers like a browser, sends synthetic Opus and VP8 whose
 * payloads carry a checksum, checks what it receives, and has LiveKit's two data channels. Signalling is its owner's
 * business.
 */
public final class ScriptedClient implements PeerTransport.Listener, SimulatedNetwork.Receiver {
    private static final long MS = 1_000_000L;
    private static final int OPUS = 111;
    private static final int VP8 = 96;
    private static final int VP8_RTX = 97;
    private static final int PACKETS_PER_FRAME = 3;
    private static final Map<HeaderExtension, Integer> EXTENSIONS =
            Map.of(HeaderExtension.MID, 3, HeaderExtension.TRANSPORT_SEQUENCE, 4, HeaderExtension.AUDIO_LEVEL, 1);
    private static final DtlsCertificate CERTIFICATE = DtlsCertificate.generate(new java.security.SecureRandom(), 0);

    /** A track that this client sends. */
    public static final class Sent {
        final String cid;
        final MediaKind kind;
        final String mid;
        final SendStream stream;
        long nextSeq;
        long timestamp;
        int pictureId = 100;
        boolean keyFrameWanted = true;
        boolean isMuted;
        public long keyFrames;
        public long packets;

        Sent(String cid, MediaKind kind, String mid, SendStream stream, long firstSeq) {
            this.cid = cid;
            this.kind = kind;
            this.mid = mid;
            this.stream = stream;
            this.nextSeq = firstSeq;
        }
    }

    /** What came in one section. */
    public static final class Received {
        public final String trackSid;
        public long packets;
        public long frames;
        public long highest = -1;
        public long lowest = -1;
        final Set<Long> numbers = new HashSet<>();

        Received(String trackSid) {
            this.trackSid = trackSid;
        }

        /** Numbers between the lowest and the highest that never came. */
        public long missing() {
            return packets == 0 ? 0 : highest - lowest + 1 - numbers.size();
        }
    }

    private final Simulation simulation;
    private final SimulatedNetwork network;
    private final PeerTransport peer;
    private final Outbox outbox;
    private InetSocketAddress address;
    private final List<MediaDescription> sections = new ArrayList<>();
    private final List<Sent> sent = new ArrayList<>();
    private final Map<String, Received> receivedByMid = new LinkedHashMap<>();
    private final Map<Integer, byte[]> history = new HashMap<>();
    private final Vp8Descriptor descriptor = new Vp8Descriptor();
    private long scheduledNs = Long.MAX_VALUE;
    private int version;
    private @Nullable IceCredentials remoteIce;
    public boolean isConnected;
    public String closedBecause = "";

    /** On a link that loses and reorders nothing each number must follow the last: checked packet by packet. */
    public boolean expectsEveryNumberInTurn;

    /** Messages of the data channels, by label. */
    public final Map<String, List<byte[]>> data = new HashMap<>();

    private final Map<String, DataChannel> channels = new HashMap<>();

    public ScriptedClient(Simulation simulation, SimulatedNetwork network, InetSocketAddress address, Ciphers ciphers) {
        this.simulation = simulation;
        this.network = network;
        this.address = address;
        this.outbox = new Outbox(64, new Outbox.Sink() {
            @Override
            public void onDatagram(Path path, byte[] buf, int off, int len) {
                network.send(ScriptedClient.this.address, path.remote(), buf, off, len);
            }

            @Override
            public void onFlush() {
                // the network took each datagram
            }
        });
        IceAgent ice = new IceAgent(
                IceAgent.Mode.CONTROLLING,
                IceCredentials.random(simulation.choices()),
                IceSettings.DEFAULT,
                simulation.choices(),
                simulation.nowNs());
        this.peer = new PeerTransport(
                ice,
                ScriptedHandshake.factory(simulation),
                CERTIFICATE,
                ciphers,
                outbox,
                new PeerCounters(),
                this,
                () -> simulation.after(0, () -> input(() -> peer().onWakeUp(simulation.nowNs()))),
                simulation.choices());
        network.attach(address, this);
        addSection(MediaKind.APPLICATION, Direction.SENDRECV);
    }

    private PeerTransport peer() {
        return peer;
    }

    private MediaDescription addSection(MediaKind kind, Direction direction) {
        MediaDescription section = new MediaDescription(kind, String.valueOf(sections.size()));
        section.direction = direction;
        section.fingerprint = CERTIFICATE.fingerprint();
        section.setup = Setup.ACTPASS;
        if (kind == MediaKind.APPLICATION) {
            section.protocol = "UDP/DTLS/SCTP";
            section.sctpPort = 5000;
            section.maxMessageSize = 262144;
        } else {
            section.rtcpMux = true;
            section.codecs.addAll(codecs(kind));
            EXTENSIONS.forEach((extension, id) -> section.extensions.put(extension.uri(), id));
        }
        sections.add(section);
        return section;
    }

    private static List<Codec> codecs(MediaKind kind) {
        if (kind == MediaKind.AUDIO) {
            return List.of(new Codec(OPUS, "opus", 48000, 2, Map.of("minptime", "10"), List.of()));
        }
        return List.of(
                new Codec(VP8, "VP8", 90000, 1, Map.of(), List.of("transport-cc", "nack", "nack pli", "ccm fir")),
                new Codec(VP8_RTX, "rtx", 90000, 1, Map.of("apt", String.valueOf(VP8)), List.of()));
    }

    public void addReceiveSections(int audios, int videos) {
        for (int i = 0; i < audios; i++) {
            addSection(MediaKind.AUDIO, Direction.RECVONLY);
        }
        for (int i = 0; i < videos; i++) {
            addSection(MediaKind.VIDEO, Direction.RECVONLY);
        }
    }

    /** Adds a track to the next offer. */
    public Sent publish(String cid, MediaKind kind) {
        MediaDescription section = addSection(kind, Direction.SENDONLY);
        section.streamId = "stream";
        section.trackId = cid;
        int ssrc = simulation.choices().nextInt();
        int rtx = simulation.choices().nextInt();
        boolean isVideo = kind == MediaKind.VIDEO;
        SendStream stream = new SendStream(
                ssrc,
                rtx,
                section.mid,
                "cname",
                isVideo ? VP8 : OPUS,
                isVideo ? VP8_RTX : -1,
                isVideo ? 90000 : 48000,
                77);
        Sent track =
                new Sent(cid, kind, section.mid, stream, simulation.choices().between(1, 30000));
        sent.add(track);
        return track;
    }

    public List<Sent> sent() {
        return sent;
    }

    public SessionDescription offer() {
        SessionDescription offer = new SessionDescription(7, ++version);
        sections.forEach(section -> {
            section.ice = peer.ice().local();
            offer.bundle.add(section.mid);
            offer.media.add(section);
        });
        // Through text, as it goes in life.
        return SessionDescription.parse(offer.format());
    }

    /** As its reports measured it. */
    public long rttNs() {
        return peer.rttNs();
    }

    /** Opens LiveKit's channels from this side. */
    public void openDataChannels() {
        long nowNs = simulation.nowNs();
        channels.put("_reliable", peer.openDataChannel(nowNs, new ChannelOpen(true, -1, -1, "_reliable", "")));
        channels.put("_lossy", peer.openDataChannel(nowNs, new ChannelOpen(false, 0, -1, "_lossy", "")));
    }

    /** @return false if there is no such channel yet */
    public boolean sendData(String label, byte[] message) {
        DataChannel channel = channels.get(label);
        boolean sent = channel != null && peer.sendData(simulation.nowNs(), channel, message);
        afterInput();
        return sent;
    }

    /** While paused nothing is read of the data channels. */
    public void setDataPaused(boolean paused) {
        peer.setDataPaused(simulation.nowNs(), paused);
        afterInput();
    }

    @Override
    public void onDataChannel(long nowNs, DataChannel channel) {
        channels.put(channel.label(), channel);
    }

    @Override
    public void onData(long nowNs, DataChannel channel, byte[] payload) {
        data.computeIfAbsent(channel.label(), unused -> new ArrayList<>()).add(payload);
    }

    /** The next description has other credentials (RFC 8445 s.9). */
    public void restartIce() {
        peer.ice().restart(simulation.nowNs(), IceCredentials.random(simulation.choices()));
    }

    /** Answers the server's offer: takes every section as it comes. */
    public SessionDescription answer(SessionDescription offer) {
        IceCredentials server = offer.media.getFirst().ice;
        if (remoteIce != null && !remoteIce.equals(server)) {
            restartIce();
        }
        remoteIce = server;
        SessionDescription answer = new SessionDescription(8, ++version);
        for (MediaDescription offered : offer.media) {
            MediaDescription section = new MediaDescription(offered.kind, offered.mid);
            section.protocol = offered.protocol;
            section.ice = peer.ice().local();
            section.fingerprint = CERTIFICATE.fingerprint();
            section.setup = Setup.ACTIVE;
            if (offered.kind == MediaKind.APPLICATION) {
                section.sctpPort = offered.sctpPort;
                section.maxMessageSize = 262144;
            } else {
                section.rtcpMux = true;
                section.codecs.addAll(offered.codecs);
                section.extensions.putAll(offered.extensions);
                section.direction = offered.direction.sends() ? Direction.RECVONLY : Direction.INACTIVE;
            }
            answer.bundle.add(section.mid);
            answer.media.add(section);
        }
        apply(offer, DtlsRole.CLIENT);
        return SessionDescription.parse(answer.format());
    }

    public void onAnswer(SessionDescription answer) {
        boolean isPassive = answer.media.getFirst().setup == Setup.PASSIVE;
        apply(answer, isPassive ? DtlsRole.CLIENT : DtlsRole.SERVER);
    }

    /** The server's description. */
    private void apply(SessionDescription answer, DtlsRole role) {
        long nowNs = simulation.nowNs();
        List<ReceiveSection> receiving = new ArrayList<>();
        for (MediaDescription section : answer.media) {
            IceCredentials ice = section.ice;
            Fingerprint fingerprint = section.fingerprint;
            if (ice != null && fingerprint != null) {
                peer.ice().onRemoteCredentials(nowNs, ice);
                peer.onRemoteDtls(nowNs, role, fingerprint);
            }
            for (Candidate candidate : section.candidates) {
                InetSocketAddress remote = new InetSocketAddress(candidate.address(), candidate.port());
                peer.ice().onRemoteCandidate(nowNs, new Path(0, remote), candidate.priority());
            }
            if (section.direction.sends() && section.kind != MediaKind.APPLICATION) {
                List<SsrcGroup> groups = section.ssrcGroups;
                receiving.add(new ReceiveSection(section.mid, section.codecs, false, section.ssrcs, groups));
                Received known = receivedByMid.get(section.mid);
                if (known == null || !known.trackSid.equals(section.trackId)) {
                    receivedByMid.put(section.mid, new Received(section.trackId));
                }
            } else {
                receivedByMid.remove(section.mid);
            }
        }
        peer.onNegotiated(receiving, new ExtensionIds(EXTENSIONS));
        if (answer.media.stream().anyMatch(section -> section.kind == MediaKind.APPLICATION)) {
            peer.onDataNegotiated(nowNs);
        }
        for (Sent track : sent) {
            peer.addSendStream(nowNs, track.stream);
        }
        afterInput();
    }

    public @Nullable Received received(String trackSid) {
        for (Received received : receivedByMid.values()) {
            if (received.trackSid.equals(trackSid)) {
                return received;
            }
        }
        return null;
    }

    public Iterable<Received> received() {
        return receivedByMid.values();
    }

    /** The client's address changes, as behind a rebinding NAT. */
    public void moveTo(InetSocketAddress changed) {
        network.detach(address);
        address = changed;
        network.attach(changed, this);
    }

    /** Gone without a word. */
    public void vanish() {
        network.detach(address);
        peer.close();
    }

    public void close() {
        peer.close();
        outbox.flush();
        network.detach(address);
    }

    // ---- media ----

    /** Sends a packet of audio every 20 ms and a frame of video every 33 ms from now on. */
    public void startMedia() {
        simulation.after(20, this::audioTick);
        simulation.after(33, this::videoTick);
    }

    private void audioTick() {
        input(() -> sent.stream()
                .filter(track -> track.kind == MediaKind.AUDIO && !track.isMuted)
                .forEach(track -> {
                    track.timestamp += 960;
                    send(track, true, payload(new byte[0], 80));
                }));
        simulation.after(20, this::audioTick);
    }

    private void videoTick() {
        input(() -> sent.stream()
                .filter(track -> track.kind == MediaKind.VIDEO && !track.isMuted)
                .forEach(this::sendFrame));
        simulation.after(33, this::videoTick);
    }

    private void sendFrame(Sent track) {
        if (!isConnected) {
            return;
        }
        track.timestamp += 2970;
        track.pictureId = track.pictureId + 1 & 0x7FFF;
        boolean isKeyFrame = track.keyFrameWanted;
        track.keyFrameWanted = false;
        track.keyFrames += isKeyFrame ? 1 : 0;
        for (int i = 0; i < PACKETS_PER_FRAME; i++) {
            byte[] head = new byte[i == 0 ? 5 : 4];
            head[0] = (byte) (0x80 | (i == 0 ? 0x10 : 0));
            head[1] = (byte) 0x80;
            Bytes.putU16(head, 2, track.pictureId | 0x8000);
            if (i == 0) {
                head[4] = (byte) (isKeyFrame ? 0 : 1);
            }
            send(track, i == PACKETS_PER_FRAME - 1, payload(head, 600));
        }
    }

    /** The head, random bytes and a checksum of those, which survives the rewriting of the head. */
    private byte[] payload(byte[] head, int bodyBytes) {
        byte[] body = simulation.choices().bytes(bodyBytes);
        byte[] payload = new byte[head.length + bodyBytes + 4];
        System.arraycopy(head, 0, payload, 0, head.length);
        System.arraycopy(body, 0, payload, head.length, bodyBytes);
        Bytes.putI32(payload, payload.length - 4, checksum(payload, head.length, bodyBytes));
        return payload;
    }

    private static int checksum(byte[] buf, int off, int len) {
        CRC32 crc = new CRC32();
        crc.update(buf, off, len);
        return (int) crc.getValue();
    }

    private void send(Sent track, boolean marker, byte[] payload) {
        int at = peer.writer().begin(track.stream, marker, track.nextSeq, (int) track.timestamp);
        if (at < 0) {
            return;
        }
        System.arraycopy(payload, 0, peer.writer().packet(), at, payload.length);
        peer.writer().commit(payload.length);
        history.put(track.stream.ssrc() ^ (int) track.nextSeq, payload);
        track.nextSeq++;
        track.packets++;
    }

    // ---- the peer ----

    @Override
    public void onDatagram(InetSocketAddress from, byte[] buf, int off, int len) {
        input(() -> peer.onDatagram(simulation.nowNs(), new Path(0, from), buf, off, len));
    }

    private void input(Runnable work) {
        work.run();
        afterInput();
    }

    private void afterInput() {
        outbox.flush();
        long deadlineNs = peer.nextDeadlineNs();
        if (deadlineNs < scheduledNs) {
            scheduledNs = deadlineNs;
            simulation.at(deadlineNs, () -> {
                scheduledNs = Long.MAX_VALUE;
                input(() -> peer.onDeadline(simulation.nowNs()));
            });
        }
    }

    @Override
    public void onConnected(long nowNs) {
        isConnected = true;
    }

    @Override
    public void onClosed(long nowNs, String reason) {
        isConnected = false;
        closedBecause = reason;
    }

    @Override
    public void onPath(long nowNs, Path path, PathClaim claim) {
        // one socket: every datagram is this peer's
    }

    @Override
    public void onPacket(long nowNs, InboundPacket packet) {
        ReceiveStream stream = packet.stream;
        Received received = stream == null ? null : receivedByMid.get(stream.mid());
        if (received == null) {
            return;
        }
        boolean isVideo = packet.payloadType == VP8;
        int head = 0;
        if (isVideo) {
            if (!descriptor.wrap(packet.buf, packet.payloadOff, packet.payloadLen)) {
                throw new AssertionError("VP8 descriptor is broken");
            }
            head = descriptor.length() + (descriptor.isStartOfFrame() ? 1 : 0);
        }
        int body = packet.payloadLen - head - 4;
        int expected = Bytes.i32(packet.buf, packet.payloadOff + packet.payloadLen - 4);
        if (checksum(packet.buf, packet.payloadOff + head, body) != expected) {
            throw new AssertionError("payload was damaged on its way");
        }
        if (!received.numbers.add(packet.extSeq)) {
            return; // asked for again although it came: harmless to a receiver
        }
        if (expectsEveryNumberInTurn && received.packets > 0 && packet.extSeq != received.highest + 1) {
            throw new AssertionError("number " + packet.extSeq + " came after " + received.highest);
        }
        received.packets++;
        received.lowest = received.lowest < 0 ? packet.extSeq : Math.min(received.lowest, packet.extSeq);
        received.highest = Math.max(received.highest, packet.extSeq);
        received.frames += packet.hasMarker ? 1 : 0;
    }

    @Override
    public void onSenderReport(long nowNs, ReceiveStream stream) {
        // lip sync is not simulated
    }

    @Override
    public void onStreamBroken(long nowNs, ReceiveStream stream) {
        peer.requestKeyFrame(stream);
    }

    @Override
    public void onNack(long nowNs, SendStream stream, int packetId, int bitmask) {
        for (Sent track : sent) {
            if (track.stream == stream) {
                resend(track, packetId);
                for (int i = 0; i < 16; i++) {
                    if ((bitmask & 1 << i) != 0) {
                        resend(track, packetId + 1 + i & 0xFFFF);
                    }
                }
            }
        }
    }

    private void resend(Sent track, int seq) {
        long extSeq = track.nextSeq + (short) (seq - (int) track.nextSeq);
        byte[] payload = history.get(track.stream.ssrc() ^ (int) extSeq);
        int at = payload == null ? -1 : peer.writer().beginRtx(track.stream, false, extSeq, (int) track.timestamp);
        if (payload != null && at >= 0) {
            System.arraycopy(payload, 0, peer.writer().packet(), at, payload.length);
            peer.writer().commit(payload.length);
        }
    }

    @Override
    public void onKeyFrameRequest(long nowNs, SendStream stream) {
        for (Sent track : sent) {
            track.keyFrameWanted |= track.stream == stream;
        }
    }

    @Override
    public boolean onReportDue(long nowNs, SendStream stream, SenderClock clock) {
        for (Sent track : sent) {
            if (track.stream == stream) {
                clock.ntp = NtpTime.ofUnixNanos(1_700_000_000_000L * MS + nowNs);
                clock.rtpTime = (int) track.timestamp;
                return true;
            }
        }
        return false;
    }
}
