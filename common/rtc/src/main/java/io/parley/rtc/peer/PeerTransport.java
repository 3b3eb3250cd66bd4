// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.peer;

import io.parley.rtc.buf.IntMap;
import io.parley.rtc.buf.Outbox;
import io.parley.rtc.buf.Path;
import io.parley.rtc.crypto.Ciphers;
import io.parley.rtc.datachannel.ChannelOpen;
import io.parley.rtc.dtls.DtlsCertificate;
import io.parley.rtc.dtls.DtlsEvent;
import io.parley.rtc.dtls.DtlsHandshake;
import io.parley.rtc.dtls.DtlsKeys;
import io.parley.rtc.dtls.DtlsRole;
import io.parley.rtc.dtls.DtlsTransport;
import io.parley.rtc.ice.IceAgent;
import io.parley.rtc.ice.IceEvent;
import io.parley.rtc.ice.PathClaim;
import io.parley.rtc.rtcp.RtcpReader;
import io.parley.rtc.rtp.ExtensionIds;
import io.parley.rtc.rtp.RtpHeader;
import io.parley.rtc.sdp.Fingerprint;
import io.parley.rtc.srtp.MasterKey;
import io.parley.rtc.srtp.SrtpProfile;
import io.parley.rtc.srtp.SrtpReceiver;
import io.parley.rtc.srtp.SrtpSender;
import io.parley.rtc.stream.ReceiveStream;
import io.parley.rtc.stream.SendStream;
import io.parley.rtc.time.Deadline;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Everything between the datagrams of one remote peer and the packets of its streams. Datagrams come in with their
 * path; what leaves goes into the shard's {@link Outbox}; events reach the {@link Listener} during the call that causes
 * them. Owned by the peer's shard.
 */
public final class PeerTransport {
    /** The seat that this peer belongs to. Packet and stream objects are valid during the call. */
    public interface Listener extends DataListener {
        /** Media can flow: a path is selected and the handshake done; again after {@link #onLost}. */
        void onConnected(long nowNs);

        /** The peer is not heard any more: nothing is sent to it until it is. */
        void onLost(long nowNs);

        /** The peer is gone or never came; nothing follows. */
        void onClosed(long nowNs, String reason);

        /** Which datagrams are this peer's. */
        void onPath(long nowNs, Path path, PathClaim claim);

        void onPacket(long nowNs, InboundPacket packet);

        void onSenderReport(long nowNs, ReceiveStream stream);

        /** So much is missing from a stream that only a key frame helps. */
        void onStreamBroken(long nowNs, ReceiveStream stream);

        /** Generic NACK: {@code packetId} and the numbers after it whose bits are set in {@code bitmask}. */
        void onNack(long nowNs, SendStream stream, int packetId, int bitmask);

        /** PLI or FIR. */
        void onKeyFrameRequest(long nowNs, SendStream stream);

        /** Fills the times for a sender report. @return false if the stream's clock is not known yet */
        boolean onReportDue(long nowNs, SendStream stream, SenderClock clock);
    }

    private static final List<Integer> PROFILES =
            Stream.of(SrtpProfile.values()).map(SrtpProfile::id).toList();

    private final IceAgent ice;
    private final DtlsHandshake.Factory handshakes;
    private final DtlsCertificate certificate;
    private final Ciphers ciphers;
    private final Outbox outbox;
    private final SecureOutbox secureOutbox;
    private final PacketWriter writer;
    private final RtcpReporter reporter;
    private final DataChannels data;
    private final PeerCounters counters;
    private final Listener listener;
    private final Runnable wakeUp;

    private final MediaReceiver media;
    private final RtcpReceiver feedback;
    private final IntMap<SendStream> sendStreams = new IntMap<>();
    private final RtpHeader header = new RtpHeader();
    private DtlsRole role = DtlsRole.SERVER;
    private @Nullable Fingerprint remoteFingerprint;
    private @Nullable DtlsTransport dtls;
    private @Nullable SrtpReceiver srtpReceiver;

    /** Where handshake datagrams go before a path is selected. */
    private @Nullable Path firstPath;

    private boolean isConnected;
    private boolean isClosed;

    /**
     * @param wakeUp called from any thread when the handshake moved; the owner then calls {@link #onWakeUp}
     */
    public PeerTransport(
            IceAgent ice,
            DtlsHandshake.Factory handshakes,
            DtlsCertificate certificate,
            Ciphers ciphers,
            Outbox outbox,
            PeerCounters counters,
            Listener listener,
            Runnable wakeUp,
            RandomGenerator random) {
        this.ice = ice;
        this.handshakes = handshakes;
        this.certificate = certificate;
        this.ciphers = ciphers;
        this.outbox = outbox;
        this.counters = counters;
        this.listener = listener;
        this.wakeUp = wakeUp;
        this.secureOutbox = new SecureOutbox(outbox, ice);
        this.writer = new PacketWriter(secureOutbox, counters);
        StreamBinder binder = new StreamBinder();
        this.reporter = new RtcpReporter(secureOutbox, binder, sendStreams, listener, counters, random.nextInt());
        this.media = new MediaReceiver(binder, reporter, counters, listener);
        this.feedback = new RtcpReceiver(binder, sendStreams, reporter, counters, listener);
        this.data = new DataChannels(listener, counters, random);
    }

    public IceAgent ice() {
        return ice;
    }

    public Fingerprint localFingerprint() {
        return certificate.fingerprint();
    }

    public boolean isConnected() {
        return isConnected;
    }

    /** The peer's certificate and our side of the handshake, from the first description; later calls change nothing. */
    public void onRemoteDtls(long nowNs, DtlsRole ourRole, Fingerprint fingerprint) {
        if (remoteFingerprint == null) {
            remoteFingerprint = fingerprint;
            role = ourRole;
            drain(nowNs);
        }
    }

    /** What the peer may send from now on. */
    public void onNegotiated(List<ReceiveSection> sections, ExtensionIds ids) {
        writer.onNegotiated(ids);
        media.onNegotiated(sections, ids);
    }

    public void addSendStream(long nowNs, SendStream stream) {
        sendStreams.put(stream.ssrc(), stream);
        if (isConnected) {
            reporter.onStream(nowNs);
        }
    }

    public void removeSendStream(SendStream stream) {
        sendStreams.remove(stream.ssrc());
        secureOutbox.retire(stream);
    }

    // ---- data channels ----

    /** Both descriptions have an application section. */
    public void onDataNegotiated(long nowNs) {
        data.onNegotiated(nowNs);
        drain(nowNs);
    }

    /** A channel of which both sides know without a word; messages go once there is an association. */
    public DataChannel openAgreedDataChannel(ChannelOpen open, int streamId) {
        return data.openAgreed(open, streamId);
    }

    /** Opens a channel, at once or when the peer is connected. */
    public DataChannel openDataChannel(long nowNs, ChannelOpen open) {
        DataChannel channel = data.open(nowNs, open);
        drain(nowNs);
        return channel;
    }

    /** @return false if the channel is not open */
    public boolean sendData(long nowNs, DataChannel channel, byte[] payload) {
        boolean sent = data.send(nowNs, channel, payload);
        transmitData(nowNs);
        return sent;
    }

    /** Bytes that wait to be sent on a channel. */
    public int bufferedBytes(DataChannel channel) {
        return data.bufferedBytes(channel);
    }

    /** Of all channels. */
    public int bufferedBytes() {
        return data.bufferedBytes();
    }

    /** The association's state by its name in RFC 9260, for people. */
    public String dataState() {
        return data.state();
    }

    /** While paused, the peer's messages stay in a buffer of bounded size, and then with the peer. */
    public void setDataPaused(long nowNs, boolean paused) {
        data.setPaused(paused);
        drain(nowNs);
    }

    // ---- inputs ----

    /** One datagram from a path of this peer, or one that the demultiplexer ascribes to it by ufrag. */
    public void onDatagram(long nowNs, Path path, byte[] buf, int off, int len) {
        if (isClosed || len == 0) {
            return;
        }
        int first = buf[off] & 0xFF;
        if (first >= 128 && first <= 191) {
            if (len >= 2 && RtcpReader.isRtcpType(buf[off + 1] & 0xFF)) {
                onRtcp(nowNs, path, buf, off, len);
            } else {
                onRtp(nowNs, path, buf, off, len);
            }
        } else if (first >= 20 && first <= 63) {
            DtlsTransport transport = dtls;
            if (transport != null && transport.onDatagram(nowNs, buf, off, len)) {
                ice.onAuthenticatedTraffic(nowNs, path, transport.isNewest());
            } else if (transport == null || srtpReceiver != null) { // not of a handshake under way
                counters.count(DropReason.DTLS_REJECTED);
            }
            drain(nowNs);
        } else if (first <= 3) {
            if (!ice.onStun(nowNs, path, buf, off, len)) {
                counters.count(DropReason.STUN_REJECTED);
            }
            drain(nowNs);
        } else {
            counters.count(DropReason.NOT_MULTIPLEXED);
        }
    }

    private void onRtp(long nowNs, Path path, byte[] buf, int off, int len) {
        SrtpReceiver receiver = srtpReceiver;
        if (receiver == null) {
            counters.count(DropReason.NO_KEYS);
            return;
        }
        if (!header.wrap(buf, off, len)) {
            counters.count(DropReason.MALFORMED);
            return;
        }
        int plainLen = receiver.unprotectRtp(buf, off, header.headerLength(), len);
        if (plainLen < 0) {
            counters.count(reason(plainLen));
            return;
        }
        ice.onAuthenticatedTraffic(nowNs, path, receiver.isNewest());
        media.onPacket(nowNs, header, buf, off, plainLen);
    }

    private void onRtcp(long nowNs, Path path, byte[] buf, int off, int len) {
        SrtpReceiver receiver = srtpReceiver;
        if (receiver == null) {
            counters.count(DropReason.NO_KEYS);
            return;
        }
        int plainLen = receiver.unprotectRtcp(buf, off, len);
        if (plainLen < 0) {
            counters.count(reason(plainLen));
            return;
        }
        ice.onAuthenticatedTraffic(nowNs, path, receiver.isNewest());
        feedback.onCompound(nowNs, buf, off, plainLen);
    }

    private static DropReason reason(int unprotectResult) {
        return switch (unprotectResult) {
            case SrtpReceiver.REPLAYED -> DropReason.REPLAYED;
            case SrtpReceiver.NOT_AUTHENTIC -> DropReason.NOT_AUTHENTIC;
            case SrtpReceiver.TOO_MANY_SSRCS -> DropReason.TOO_MANY_SSRCS;
            default -> DropReason.MALFORMED;
        };
    }

    /** After the {@code wakeUp} callback, on the owner's thread. */
    public void onWakeUp(long nowNs) {
        drain(nowNs);
    }

    // ---- time ----

    public long nextDeadlineNs() {
        if (isClosed) {
            return Deadline.NEVER;
        }
        return Deadline.earlier(
                Deadline.earlier(ice.nextDeadlineNs(), reporter.nextDeadlineNs()), data.nextDeadlineNs());
    }

    public void onDeadline(long nowNs) {
        if (isClosed) {
            return;
        }
        ice.onDeadline(nowNs);
        data.onDeadline(nowNs);
        drain(nowNs);
        if (!isClosed) {
            reporter.onDeadline(nowNs);
        }
    }

    // ---- outputs ----

    /** Writes media packets to this peer. */
    public PacketWriter writer() {
        return writer;
    }

    /** The round trip to the peer, smoothed; a default until measured. */
    public long rttNs() {
        return reporter.rttNs();
    }

    /** Asks the sender of a stream for a key frame. */
    public void requestKeyFrame(ReceiveStream stream) {
        reporter.requestKeyFrame(stream);
    }

    // ---- handshake and events ----

    private void drain(long nowNs) {
        for (IceEvent event = ice.pollEvent(); event != null; event = ice.pollEvent()) {
            onIceEvent(nowNs, event);
        }
        startHandshake();
        DtlsTransport transport = dtls;
        if (transport != null) {
            transport.onProgress();
            for (DtlsEvent event = transport.pollEvent(); event != null; event = transport.pollEvent()) {
                onDtlsEvent(nowNs, event);
            }
        }
        transmitControl();
        if (!isConnected && !isClosed && secureOutbox.isOpen()) {
            isConnected = true;
            reporter.onStream(nowNs);
            listener.onConnected(nowNs);
        }
        if (!isClosed) {
            data.drain(nowNs);
            transmitData(nowNs);
        }
    }

    private void transmitData(long nowNs) {
        DtlsTransport transport = dtls;
        Path path = ice.selectedPath();
        if (transport != null && path != null && !isClosed) {
            data.transmit(nowNs, transport, outbox, path);
        }
    }

    private void onIceEvent(long nowNs, IceEvent event) {
        switch (event) {
            case IceEvent.PathClaimed(Path path, PathClaim claim) -> {
                firstPath = firstPath == null ? path : firstPath;
                listener.onPath(nowNs, path, claim);
            }
            case IceEvent.Selected(Path path) -> firstPath = path;
            case IceEvent.Lost lost -> {
                isConnected = false;
                listener.onLost(nowNs);
            }
            case IceEvent.Closed closed -> fail(nowNs, "no ICE connection");
        }
    }

    private void startHandshake() {
        Fingerprint fingerprint = remoteFingerprint;
        if (dtls == null && !isClosed && fingerprint != null && firstPath != null) {
            dtls = new DtlsTransport(
                    handshakes.start(role, certificate, fingerprint, PROFILES, wakeUp), ciphers, data::onPacket);
        }
    }

    private void onDtlsEvent(long nowNs, DtlsEvent event) {
        switch (event) {
            case DtlsEvent.Connected(DtlsKeys keys) -> {
                SrtpProfile profile = SrtpProfile.of(keys.srtpProfile());
                if (profile == null) {
                    fail(nowNs, "SRTP profile not known");
                    return;
                }
                boolean isClient = keys.role() == DtlsRole.CLIENT;
                secureOutbox.open(
                        new SrtpSender(MasterKey.fromExporter(profile, keys.srtpMaterial(), isClient), ciphers));
                data.onDtls(nowNs, keys.role());
                srtpReceiver =
                        new SrtpReceiver(MasterKey.fromExporter(profile, keys.srtpMaterial(), !isClient), ciphers);
            }
            case DtlsEvent.Failed(String reason) -> fail(nowNs, "DTLS handshake: " + reason);
            case DtlsEvent.ClosedByPeer closed -> {
                // LiveKit leaves the peer alone here too: the signal channel says who leaves, consent who is gone.
            }
        }
    }

    private void transmitControl() {
        for (Path path = ice.pollTransmit(outbox.claim()); path != null; path = ice.pollTransmit(outbox.claim())) {
            outbox.commit(path);
        }
        DtlsTransport transport = dtls;
        Path path = ice.selectedPath() != null ? ice.selectedPath() : firstPath;
        if (transport != null && path != null) {
            while (transport.pollTransmit(outbox.claim())) {
                outbox.commit(path);
            }
        }
    }

    private void fail(long nowNs, String reason) {
        if (!isClosed) {
            close();
            listener.onClosed(nowNs, reason);
        }
    }

    /** Says goodbye and frees keys, threads and native memory. The listener hears nothing of it. */
    public void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        isConnected = false;
        data.stop();
        DtlsTransport transport = dtls;
        if (transport != null) {
            transport.close();
            transmitControl();
        }
        ice.close();
        secureOutbox.close();
        if (srtpReceiver != null) {
            srtpReceiver.close();
            srtpReceiver = null;
        }
    }
}
