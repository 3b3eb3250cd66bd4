// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.track;

import io.parley.engine.layer.LayerSelector;
import io.parley.engine.rewrite.SequenceRewriter;
import io.parley.engine.rewrite.TimestampRewriter;
import io.parley.engine.rewrite.Vp8Rewriter;
import io.parley.rtc.peer.PacketWriter;
import io.parley.rtc.peer.SenderClock;
import io.parley.rtc.rtp.codec.PayloadCodec;
import io.parley.rtc.stream.NackGenerator;
import io.parley.rtc.stream.SendStream;
import io.parley.rtc.time.ExtendedSequence;
import io.parley.rtc.time.NtpTime;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One subscriber's view of an {@link UpTrack}: which packets it gets and under which numbers. Keeps numbers only; the
 * payload of a retransmission is read again from the up track's ring. Owned by the subscriber's shard.
 */
public final class DownTrack implements TrackConsumer {
    private static final int VIDEO_HISTORY = 1024;
    private static final int AUDIO_HISTORY = 256;

    /** As often as we ask ourselves. LiveKit's three leave a hole for good where those got lost too. */
    private static final int MAX_RESENDS = NackGenerator.MAX_TRIES;

    private static final long MIN_RESEND_INTERVAL_NS = 5_000_000L;
    private static final long NONE = -1;
    private static final int NO_LAYER = -1;
    private static final int MAX_ANNOUNCEMENTS = 5;

    private final UpTrack up;
    private final PacketWriter writer;
    private final SendStream stream;
    private final Consumer<Throwable> onBug;
    private final LayerSelector selector;
    private final SequenceRewriter sequence;
    private final TimestampRewriter timestamps;
    private final Vp8Rewriter vp8 = new Vp8Rewriter();
    private final boolean isVp8;

    // What was sent under each outgoing number, by number modulo the length.
    private final long[] sentOut;
    private final long[] sentIn;
    private final int[] sentTimestamp;
    private final int[] sentVp8;
    private final byte[] sentLayer;
    private final byte[] resends;
    private final long[] resentNs;

    /** The layer whose clock the timestamps follow, or -1: what is forwarded now, or was before a pause. */
    private int clockLayer = NO_LAYER;

    private final MediaPacket successor = new MediaPacket();

    private boolean isDisabled;
    private @Nullable ForwardDrop lastDrop;
    private int announcements;
    private long packetsSent;
    private long packetsResent;
    private long keyFrameRequests;

    /**
     * @param firstSeq 1..32767
     * @param onBug hears of what {@link #onPacket} threw; ends the subscriber
     */
    public DownTrack(
            UpTrack up,
            PacketWriter writer,
            SendStream stream,
            int firstSeq,
            int firstTimestamp,
            Consumer<Throwable> onBug) {
        this.up = up;
        this.writer = writer;
        this.stream = stream;
        this.onBug = onBug;
        this.selector = new LayerSelector(up);
        this.sequence = new SequenceRewriter(firstSeq);
        this.timestamps = new TimestampRewriter(up.clockRate(), firstTimestamp & 0xFFFF_FFFFL);
        this.isVp8 = up.codec() == PayloadCodec.VP8;
        int history = up.codec().isVideo() ? VIDEO_HISTORY : AUDIO_HISTORY;
        sentOut = new long[history];
        Arrays.fill(sentOut, NONE);
        sentIn = new long[history];
        sentTimestamp = new int[history];
        sentVp8 = new int[history];
        sentLayer = new byte[history];
        resends = new byte[history];
        resentNs = new long[history];
    }

    public SendStream stream() {
        return stream;
    }

    public long packetsSent() {
        return packetsSent;
    }

    public long packetsResent() {
        return packetsResent;
    }

    /** How often {@link #onKeyFrameRequest} was called. */
    public long keyFrameRequests() {
        return keyFrameRequests;
    }

    /** The track as it comes to this shard. */
    public UpTrack up() {
        return up;
    }

    /** Why the last packet for the subscriber was dropped; null if it was forwarded, or none came. */
    public @Nullable ForwardDrop lastDrop() {
        return lastDrop;
    }

    public int currentLayer() {
        return selector.current();
    }

    @Override
    public void onPacket(long nowNs, MediaPacket packet) {
        if (isDisabled) {
            drop(ForwardDrop.DISABLED);
            return;
        }
        if (!writer.isOpen()) {
            drop(ForwardDrop.NOT_CONNECTED);
            return;
        }
        if (packet.layer == selector.current() && UpLayer.isOfLaterSource(sequence.highestIn(), packet.extSeq)) {
            selector.reset();
            clockLayer = NO_LAYER;
        }
        if (packet.isPadding) {
            if (packet.layer == selector.current()) {
                leaveOut(packet.extSeq);
            }
            return;
        }
        switch (selector.select(nowNs, packet.layer, packet.isKeyFrame)) {
            case FORWARD -> forward(nowNs, packet);
            case SWITCH -> {
                switchTo(nowNs, packet);
                forward(nowNs, packet);
                forwardSuccessors(nowNs, packet);
            }
            case DROP -> {
                if (selector.current() == NO_LAYER) {
                    selector.requestKeyFrame(nowNs);
                    drop(ForwardDrop.AWAITING_KEY_FRAME);
                } else {
                    up.drops().count(ForwardDrop.OTHER_LAYER); // which says nothing of the layer that is forwarded
                }
            }
        }
    }

    @Override
    public void onBug(Throwable bug) {
        onBug.accept(bug);
    }

    private void drop(ForwardDrop reason) {
        up.drops().count(reason);
        lastDrop = reason;
    }

    /**
     * Nothing was forwarded yet, as of a muted track: a few empty packets let those clients know of it that learn of tracks
     * by their first packet (Pion, and with it the Go SDK).
     */
    @Override
    public boolean onSilence(long nowNs) {
        if (sequence.isStarted() || announcements == MAX_ANNOUNCEMENTS) {
            return false;
        }
        if (writer.isOpen()) {
            announcements++;
            sendEmpty(sequence.takeNext(), (int) timestamps.last());
        }
        return true;
    }

    private void switchTo(long nowNs, MediaPacket packet) {
        int before = clockLayer;
        sequence.switchTo(packet.extSeq);
        if (before == packet.layer) {
            timestamps.switchTo(nowNs, packet.extTs, packet.extTs);
        } else if (before != NO_LAYER && isAligned(before, packet.layer)) {
            timestamps.switchTo(
                    nowNs,
                    packet.extTs,
                    up.layer(packet.layer).inClockOf(up.layer(before), up.clockRate(), packet.extTs));
        } else {
            timestamps.switchTo(nowNs, packet.extTs);
        }
        if (isVp8) {
            vp8.switchTo(packet.buf, packet.off, packet.len);
        }
        clockLayer = packet.layer;
    }

    /** The first packet of a key frame came late: what came before it follows from the ring. */
    private void forwardSuccessors(long nowNs, MediaPacket first) {
        UpLayer layer = up.layer(first.layer);
        long highest = layer.highestSeq();
        for (long extSeq = first.extSeq + 1; extSeq <= highest; extSeq++) {
            int index = layer.ring().find(extSeq);
            if (index < 0) {
                continue; // missing: its place stays
            }
            layer.ring().read(index, successor);
            successor.layer = first.layer;
            if (successor.isPadding) {
                leaveOut(extSeq);
            } else {
                forward(nowNs, successor);
            }
        }
    }

    private void leaveOut(long extSeq) {
        long place = sequence.skip(extSeq);
        if (place >= 0) {
            fill(place);
        }
    }

    /** An empty packet under a number that nothing else will have: the receiver need not ask for it. */
    private void fill(long out) {
        if (!isFree(out)) {
            return;
        }
        int timestamp = sentTimestamp[(int) sequence.highestOut() & sentOut.length - 1];
        sendEmpty(out, timestamp);
    }

    private void sendEmpty(long out, int timestamp) {
        if (writer.begin(stream, false, out, timestamp) >= 0) {
            writer.commit(0);
            note(out, NONE, timestamp, 0, 0);
        }
    }

    /** Whether nothing went out under a number, which the history, and with it the receiver, still cares for. */
    private boolean isFree(long out) {
        return sentOut[(int) out & sentOut.length - 1] < out && sequence.highestOut() - out < sentOut.length;
    }

    private boolean isAligned(int a, int b) {
        return up.layer(a).hasSenderReport() && up.layer(b).hasSenderReport();
    }

    private void forward(long nowNs, MediaPacket packet) {
        long out = sequence.rewrite(packet.extSeq);
        if (out < 0) {
            drop(ForwardDrop.LEFT_BEHIND);
            return;
        }
        if (!isFree(out)) {
            drop(ForwardDrop.TOO_OLD);
            return;
        }
        int timestamp = (int) timestamps.rewrite(nowNs, packet.extTs);
        int at = writer.begin(stream, packet.hasMarker, out, timestamp);
        if (at < 0) {
            return;
        }
        byte[] bytes = writer.packet();
        System.arraycopy(packet.buf, packet.off, bytes, at, packet.len);
        int vp8Applied = isVp8 ? vp8.rewrite(bytes, at, packet.len) : 0;
        writer.commit(packet.len);
        packetsSent++;
        lastDrop = null;
        note(out, packet.extSeq, timestamp, vp8Applied, packet.layer);
    }

    /** @param in {@link #NONE} for an empty packet of our own */
    private void note(long out, long in, int timestamp, int vp8Applied, int layer) {
        int slot = (int) out & sentOut.length - 1;
        sentOut[slot] = out;
        sentIn[slot] = in;
        sentTimestamp[slot] = timestamp;
        sentVp8[slot] = vp8Applied;
        sentLayer[slot] = (byte) layer;
        resends[slot] = 0;
    }

    /** The subscriber misses packets: send them again, on the RTX stream if there is one. */
    public void onNack(long nowNs, int packetId, int bitmask) {
        long first = ExtendedSequence.nearest(sequence.highestOut(), packetId);
        resend(nowNs, first);
        for (int i = 0; i < 16; i++) {
            if ((bitmask & 1 << i) != 0) {
                resend(nowNs, first + 1 + i);
            }
        }
    }

    private void resend(long nowNs, long out) {
        int slot = (int) out & sentOut.length - 1;
        if (sequence.isLeftBehind(out) && isFree(out)) {
            fill(out); // it never came here, and the decoder has had a key frame since
            return;
        }
        if (out < 0 || sentOut[slot] != out) {
            up.drops().count(ForwardDrop.NEVER_SENT);
            return;
        }
        long intervalNs = Math.max(MIN_RESEND_INTERVAL_NS, stream.rttNs() / 2);
        boolean isTooSoon = resends[slot] > 0 && nowNs - resentNs[slot] < intervalNs;
        if (isTooSoon || resends[slot] >= MAX_RESENDS) {
            up.drops().count(ForwardDrop.RESENT_ENOUGH);
            return;
        }
        boolean isSent = stream.hasRtx() ? resendOnRtx(out, slot) : writer.resend(stream, out) >= 0;
        if (!isSent) {
            up.drops().count(ForwardDrop.OVERWRITTEN);
            return;
        }
        packetsResent++;
        resends[slot]++;
        resentNs[slot] = nowNs;
    }

    private boolean resendOnRtx(long out, int slot) {
        PacketRing ring = up.layer(sentLayer[slot]).ring();
        int index = ring.find(sentIn[slot]);
        if (index < 0 && sentIn[slot] != NONE) {
            return false;
        }
        int at = writer.beginRtx(stream, index >= 0 && ring.hasMarker(index), out, sentTimestamp[slot]);
        if (at < 0) {
            return false;
        }
        int len = index < 0 ? 0 : ring.length(index);
        if (len > 0) {
            System.arraycopy(ring.bytes(), ring.offset(index), writer.packet(), at, len);
        }
        if (isVp8) {
            vp8.rewriteAs(sentVp8[slot], writer.packet(), at, len);
        }
        writer.commit(len);
        return true;
    }

    /** The subscriber asks (PLI, FIR), or its connection is there: a key frame is of use now. */
    public void onKeyFrameRequest(long nowNs) {
        keyFrameRequests++;
        if (!isDisabled && writer.isOpen()) {
            selector.requestKeyFrame(nowNs);
        }
    }

    /** RTP and NTP time of now, by the publisher's last report on the layer in use. */
    public boolean onReportDue(long nowNs, SenderClock clock) {
        int layer = selector.current();
        if (layer < 0 || !timestamps.isStarted() || !up.layer(layer).hasSenderReport()) {
            return false;
        }
        UpLayer source = up.layer(layer);
        long agoNs = nowNs - source.reportAtNs();
        clock.ntp = NtpTime.ofUnixNanos(NtpTime.toUnixNanos(source.reportNtp()) + agoNs);
        long extTs = source.reportExtTs() + Math.round(agoNs * (up.clockRate() / 1e9));
        clock.rtpTime = (int) timestamps.map(extTs);
        return true;
    }

    /** What the subscriber asked for in its track settings. @param maxLayer 0..2 */
    public void onSettings(long nowNs, boolean disabled, int maxLayer) {
        selector.limit(maxLayer);
        if (disabled && !isDisabled) {
            selector.reset();
        }
        isDisabled = disabled;
        if (selector.current() < 0) {
            onKeyFrameRequest(nowNs);
        }
    }

    /** Begins to receive packets. */
    public void attach(long nowNs) {
        up.addConsumer(this);
        up.awaitSilence(nowNs);
        onKeyFrameRequest(nowNs);
    }

    public void detach() {
        up.removeConsumer(this);
    }
}
