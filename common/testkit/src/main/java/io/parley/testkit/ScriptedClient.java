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
import io.parley.rtc.rtcp.RtcpReader;
import io.parley.rtc.rtp.ExtensionIds;
import io.parley.rtc.rtp.HeaderExtension;
import io.parley.rtc.rtp.RtpHeader;
import io.parley.rtc.sdp.Candidate;
import io.parley.rtc.sdp.Codec;
import io.parley.rtc.sdp.Direction;
import io.parley.rtc.sdp.Fingerprint;
import io.parley.rtc.sdp.IceCredentials;
import io.parley.rtc.sdp.MediaDescription;
import io.parley.rtc.sdp.MediaKind;
import io.parley.rtc.sdp.Rid;
import io.parley.rtc.sdp.SessionDescription;
import io.parley.rtc.sdp.Setup;
import io.parley.rtc.sdp.SsrcGroup;
import io.parley.rtc.stream.ReceiveStream;
import io.parley.rtc.stream.SendStream;
import io.parley.rtc.time.ExtendedSequence;
import io.parley.rtc.time.NtpTime;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One peer connection of a client, in virtual time: offers or answers like a browser, sends synthetic Opus and VP8 whose
 * payloads carry a checksum, checks what it receives, and has LiveKit's two data channels. Signalling is its owner's
 * business.
 */
public final class ScriptedClient implements PeerTransport.Listener, SimulatedNetwork.Receiver {
    private static final long MS = 1_000_000L;
    private static final long WALL_CLOCK_NS = 1_700_000_000_000L * MS;
    private static final int OPUS = 111;
    public static final int VP8 = 96;
    public static final int VP8_RTX = 97;
    private static final int MAX_HISTORY = 4096;

    /** Encoders of the larger layers take longer. */
    private static final int LAYER_DELAY_MS = 3;

    private static final int PLAYOUT_DELAY_ID = 6;
    private static final Map<HeaderExtension, Integer> EXTENSIONS = Map.of(
            HeaderExtension.MID,
            3,
            HeaderExtension.TRANSPORT_SEQUENCE,
            4,
            HeaderExtension.AUDIO_LEVEL,
            1,
            HeaderExtension.PLAYOUT_DELAY,
            PLAYOUT_DELAY_ID,
            HeaderExtension.RID,
            10,
            HeaderExtension.REPAIRED_RID,
            11);
    private static final DtlsCertificate CERTIFICATE = DtlsCertificate.generate(new java.security.SecureRandom(), 0);

    /** Simulcast layers, low to high, as livekit-client names them. */
    public static final List<String> RIDS = List.of("q", "h", "f");

    /** One stream of a track: the only one, or a simulcast layer. */
    public static final class Encoding {
        final String rid;
        SendStream stream;
        long nextSeq;

        /** The RTP time of the simulation's beginning. */
        int clockOffset;

        /** Null for audio. */
        @Nullable
        Vp8Encoder encoder;

        int source;
        boolean keyFrameWanted = true;

        /** Whether the encoder produces anything. */
        public boolean isActive = true;

        public long keyFrames;
        public long packets;

        Encoding(String rid, SendStream stream) {
            this.rid = rid;
            this.stream = stream;
        }
    }

    /** A track that this client sends. */
    public static final class Sent {
        final String cid;
        final MediaKind kind;
        final String mid;
        final List<Encoding> encodings = new ArrayList<>();
        public boolean isMuted;

        /** 30 a second; fewer for a screen that is shared. */
        public int frameIntervalMs = 33;

        long nextFrameNs;

        Sent(String cid, MediaKind kind, String mid) {
            this.cid = cid;
            this.kind = kind;
            this.mid = mid;
        }

        /** Low to high. */
        public List<Encoding> encodings() {
            return encodings;
        }

        /** Of all encodings. */
        public long keyFrames() {
            return encodings.stream().mapToLong(encoding -> encoding.keyFrames).sum();
        }
    }

    private record SentPacket(int timestamp, boolean hasMarker, byte[] payload) {}

    /** What came in one section. */
    public static final class Received {
        public final String trackSid;
        public long packets;
        public long highest = -1;
        public long first = -1;
        final Set<Long> numbers = new HashSet<>();

        /** What a decoder makes of it; null for audio. */
        public final @Nullable PictureReceiver pictures;

        @Nullable
        ReceiveStream stream;

        /** As described: what still comes of a track that had the section before is none of this one. */
        final Set<Integer> ssrcs;

        private final int ssrc;

        Received(MediaDescription section) {
            this.trackSid = section.trackId;
            this.ssrcs = Set.copyOf(section.ssrcs);
            this.ssrc = section.ssrcs.iterator().next();
            this.pictures = section.kind == MediaKind.VIDEO ? new PictureReceiver(new Vp8Decoder(), 90_000) : null;
        }

        /** Not that of retransmissions. */
        public int ssrc() {
            return ssrc;
        }

        /** Numbers between the first to come and the highest that never came. */
        public long missing() {
            return packets == 0
                    ? 0
                    : highest
                            - first
                            + 1
                            - numbers.stream().filter(n -> n >= first).count();
        }

        public long frames() {
            return pictures == null ? 0 : pictures.frames();
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

    /** By SSRC and sequence number. */
    private final Map<Long, SentPacket> history = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, SentPacket> eldest) {
            return size() > MAX_HISTORY;
        }
    };

    private long scheduledNs = Long.MAX_VALUE;
    private int version;

    /** Which of the codecs that it is offered it answers with. */
    public Predicate<Codec> decodes = codec -> true;

    /** Of the VP8 that it sends: 7 or 15. */
    public int pictureIdBits = 15;

    private @Nullable IceCredentials remoteIce;
    public boolean isConnected;

    /** How long it waits on its path before it begins the handshake. */
    public long handshakeAfterMs;

    public String closedBecause = "";

    /** On a link that loses and reorders nothing each number must follow the last: checked packet by packet. */
    public boolean expectsEveryNumberInTurn;

    /** Of the last packet by SSRC, as the extension has it; -1 for one without. */
    public final Map<Integer, Integer> playoutDelays = new HashMap<>();

    private final RtpHeader header = new RtpHeader();

    /** Which RTP packets get lost on their last hop to here, by payload type; beside what the link loses. */
    public IntPredicate losesRtp = payloadType -> false;

    /** How many frames of video in a hundred are followed by a packet without payload. */
    public int paddingPercent;

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
                (role, certificate, remote, profiles, onProgress) -> ScriptedHandshake.factory(
                                simulation, handshakeAfterMs)
                        .start(role, certificate, remote, profiles, onProgress),
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
            return List.of(new Codec(OPUS, "opus", 48000, 2, Map.of("minptime", "10"), List.of("nack")));
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

    /** Adds a track with one encoding to the next offer. */
    public Sent publish(String cid, MediaKind kind) {
        return publish(cid, kind, List.of(""));
    }

    /** Adds a video track with three layers to the next offer. */
    public Sent publishSimulcast(String cid) {
        return publish(cid, MediaKind.VIDEO, RIDS);
    }

    private Sent publish(String cid, MediaKind kind, List<String> rids) {
        MediaDescription section = addSection(kind, Direction.SENDONLY);
        section.streamId = "stream";
        section.trackId = cid;
        if (rids.size() > 1) {
            rids.forEach(rid -> section.rids.add(new Rid(rid, true, "")));
            section.simulcast = "send " + String.join(";", rids);
        }
        Sent track = new Sent(cid, kind, section.mid);
        for (String rid : rids) {
            Encoding encoding = new Encoding(rid, stream(track, rid));
            track.encodings.add(encoding);
            begin(track, encoding);
        }
        sent.add(track);
        return track;
    }

    private SendStream stream(Sent track, String rid) {
        int ssrc = simulation.choices().nextInt();
        int rtx = simulation.choices().nextInt();
        boolean isVideo = track.kind == MediaKind.VIDEO;
        SendStream stream = new SendStream(
                ssrc,
                rtx,
                track.mid,
                rid,
                "cname",
                isVideo ? VP8 : OPUS,
                isVideo ? VP8_RTX : -1,
                isVideo ? 90000 : 48000,
                77);
        if (!isVideo) {
            stream.keepPackets();
        }
        return stream;
    }

    /** Numbers and clocks begin anywhere. */
    private void begin(Sent track, Encoding encoding) {
        encoding.nextSeq = simulation.choices().between(1, 30000);
        encoding.clockOffset = simulation.choices().nextInt();
        encoding.keyFrameWanted = true;
        if (track.kind == MediaKind.VIDEO) {
            int layer = track.encodings.indexOf(encoding);
            encoding.encoder = new Vp8Encoder(layer, encoding.source++, pictureIdBits, layer + 1, simulation.choices());
        }
    }

    /** A layer's encoder starts anew under another SSRC, with other numbers and another clock. */
    public void restart(Sent track, Encoding encoding) {
        peer.removeSendStream(encoding.stream);
        encoding.stream = stream(track, encoding.rid);
        begin(track, encoding);
        peer.addSendStream(simulation.nowNs(), encoding.stream);
        afterInput();
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

    /** LiveKit's channels as clients of signal protocol 18 have them: nobody announces them. */
    public void openAgreedDataChannels() {
        channels.put("_reliable", peer.openAgreedDataChannel(new ChannelOpen(true, -1, -1, "_reliable", ""), 100));
        channels.put("_lossy", peer.openAgreedDataChannel(new ChannelOpen(false, 0, -1, "_lossy", ""), 101));
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
                offered.codecs.stream().filter(decodes).forEach(section.codecs::add);
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
                if (known == null || !known.trackSid.equals(section.trackId) || !known.ssrcs.equals(section.ssrcs)) {
                    receivedByMid.put(section.mid, new Received(section));
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
            track.encodings.forEach(encoding -> peer.addSendStream(nowNs, encoding.stream));
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

    /** Sends a packet of audio every 20 ms and frames of video from now on. */
    public void startMedia() {
        simulation.after(20, this::audioTick);
        simulation.after(33, this::videoTick);
    }

    private void audioTick() {
        for (Sent track : sent) {
            if (track.kind == MediaKind.AUDIO && !track.isMuted && isConnected) {
                Encoding encoding = track.encodings.getFirst();
                int timestamp = timestamp(track, encoding, simulation.nowNs());
                byte[] payload = Arrays.copyOf(simulation.choices().bytes(80), 84);
                SyntheticFrame.seal(payload, 0);
                input(() -> send(encoding, timestamp, true, payload));
            }
        }
        simulation.after(20, this::audioTick);
    }

    private void videoTick() {
        long nowNs = simulation.nowNs();
        for (Sent track : sent) {
            if (track.kind == MediaKind.VIDEO && !track.isMuted && isConnected && nowNs >= track.nextFrameNs) {
                track.nextFrameNs = nowNs + track.frameIntervalMs * MS;
                for (int layer = 0; layer < track.encodings.size(); layer++) {
                    Encoding encoding = track.encodings.get(layer);
                    simulation.after((long) layer * LAYER_DELAY_MS, () -> sendFrame(track, encoding, nowNs));
                }
            }
        }
        simulation.after(33, this::videoTick);
    }

    /** The RTP time of a moment. */
    private static int timestamp(Sent track, Encoding encoding, long atNs) {
        long ticksPerMs = track.kind == MediaKind.VIDEO ? 90 : 48;
        return encoding.clockOffset + (int) (atNs * ticksPerMs / MS);
    }

    private void sendFrame(Sent track, Encoding encoding, long capturedNs) {
        Vp8Encoder encoder = encoding.encoder;
        if (!encoding.isActive || encoder == null) {
            return;
        }
        boolean isKeyFrame = encoding.keyFrameWanted;
        encoding.keyFrameWanted = false;
        encoding.keyFrames += isKeyFrame ? 1 : 0;
        int timestamp = timestamp(track, encoding, capturedNs);
        List<byte[]> payloads = encoder.encode(capturedNs, isKeyFrame);
        boolean isPadded = simulation.choices().percent(paddingPercent);
        input(() -> {
            for (int i = 0; i < payloads.size(); i++) {
                send(encoding, timestamp, i == payloads.size() - 1, payloads.get(i));
            }
            if (isPadded) {
                send(encoding, timestamp, false, new byte[0]);
            }
        });
    }

    private void send(Encoding encoding, int timestamp, boolean marker, byte[] payload) {
        int at = peer.writer().begin(encoding.stream, marker, encoding.nextSeq, timestamp);
        if (at < 0) {
            return;
        }
        System.arraycopy(payload, 0, peer.writer().packet(), at, payload.length);
        peer.writer().commit(payload.length);
        history.put(key(encoding.stream, encoding.nextSeq), new SentPacket(timestamp, marker, payload));
        encoding.nextSeq++;
        encoding.packets++;
    }

    private static long key(SendStream stream, long extSeq) {
        return (long) stream.ssrc() << 32 | extSeq & 0xFFFF_FFFFL;
    }

    // ---- the peer ----

    @Override
    public void onDatagram(InetSocketAddress from, byte[] buf, int off, int len) {
        boolean isRtp = (buf[off] & 0xC0) == 0x80 && !RtcpReader.isRtcpType(buf[off + 1] & 0xFF);
        if (isRtp) {
            notePlayoutDelay(buf, off, len);
        }
        if (isRtp && losesRtp.test(buf[off + 1] & 0x7F)) {
            return;
        }
        input(() -> peer.onDatagram(simulation.nowNs(), new Path(0, from), buf, off, len));
    }

    /** Headers are not encrypted. */
    private void notePlayoutDelay(byte[] buf, int off, int len) {
        int at = header.wrap(buf, off, len) ? header.findExtension(PLAYOUT_DELAY_ID) : -1;
        int delay = at < 0 ? -1 : Bytes.u16(buf, at) << 8 | buf[at + 2] & 0xFF;
        playoutDelays.put(header.ssrc(), delay);
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
    public void onLost(long nowNs) {
        isConnected = false;
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
        if (stream == null || received == null || !received.ssrcs.contains(stream.ssrc())) {
            return;
        }
        received.stream = stream;
        byte[] payload = Arrays.copyOfRange(packet.buf, packet.payloadOff, packet.payloadOff + packet.payloadLen);
        if (received.pictures == null && payload.length > 0) {
            SyntheticFrame.check(payload, 0);
        }
        if (!received.numbers.add(packet.extSeq)) {
            return; // asked for again although it came: harmless to a receiver
        }
        if (expectsEveryNumberInTurn && received.packets > 0 && packet.extSeq != received.highest + 1) {
            throw new AssertionError("number " + packet.extSeq + " came after " + received.highest);
        }
        received.packets++;
        received.first = received.first < 0 ? packet.extSeq : received.first; // nobody asks for what was before
        received.highest = Math.max(received.highest, packet.extSeq);
        PictureReceiver pictures = received.pictures;
        if (pictures != null) {
            pictures.onPacket(nowNs, packet.extSeq, packet.timestamp, packet.hasMarker, payload);
            if (pictures.tryRequestKeyFrame(nowNs)) {
                peer.requestKeyFrame(stream);
            }
        }
    }

    @Override
    public void onSenderReport(long nowNs, ReceiveStream stream) {
        Received received = receivedByMid.get(stream.mid());
        if (received != null && received.ssrcs.contains(stream.ssrc()) && received.pictures != null) {
            received.pictures.onSenderReport(
                    NtpTime.toUnixNanos(stream.reportNtp()) - WALL_CLOCK_NS, stream.reportRtpTime());
        }
    }

    @Override
    public void onStreamBroken(long nowNs, ReceiveStream stream) {
        peer.requestKeyFrame(stream);
    }

    @Override
    public void onNack(long nowNs, SendStream stream, int packetId, int bitmask) {
        Encoding encoding = encodingOf(stream);
        if (encoding != null) {
            resend(encoding, packetId);
            for (int i = 0; i < 16; i++) {
                if ((bitmask & 1 << i) != 0) {
                    resend(encoding, packetId + 1 + i & 0xFFFF);
                }
            }
        }
    }

    private @Nullable Encoding encodingOf(SendStream stream) {
        for (Sent track : sent) {
            for (Encoding encoding : track.encodings) {
                if (encoding.stream == stream) {
                    return encoding;
                }
            }
        }
        return null;
    }

    private void resend(Encoding encoding, int seq) {
        SendStream stream = encoding.stream;
        if (!stream.hasRtx()) {
            peer.writer().resend(stream, ExtendedSequence.nearest(encoding.nextSeq, seq));
            return;
        }
        long extSeq = ExtendedSequence.nearest(encoding.nextSeq, seq);
        SentPacket packet = history.get(key(stream, extSeq));
        int at = packet == null ? -1 : peer.writer().beginRtx(stream, packet.hasMarker, extSeq, packet.timestamp);
        if (packet != null && at >= 0) {
            System.arraycopy(packet.payload, 0, peer.writer().packet(), at, packet.payload.length);
            peer.writer().commit(packet.payload.length);
        }
    }

    @Override
    public void onKeyFrameRequest(long nowNs, SendStream stream) {
        Encoding encoding = encodingOf(stream);
        if (encoding != null) {
            encoding.keyFrameWanted = true;
        }
    }

    /** Asks for a key frame of a track that is received. */
    public void requestKeyFrame(String trackSid) {
        Received received = received(trackSid);
        if (received != null && received.stream != null) {
            peer.requestKeyFrame(received.stream);
            afterInput();
        }
    }

    @Override
    public boolean onReportDue(long nowNs, SendStream stream, SenderClock clock) {
        for (Sent track : sent) {
            for (Encoding encoding : track.encodings) {
                if (encoding.stream == stream) {
                    clock.ntp = NtpTime.ofUnixNanos(WALL_CLOCK_NS + nowNs);
                    clock.rtpTime = timestamp(track, encoding, nowNs);
                    return true;
                }
            }
        }
        return false;
    }
}
