// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import io.parley.api.id.ParticipantSid;
import io.parley.engine.layer.LiveLayers;
import io.parley.engine.relay.TrackRegistry;
import io.parley.engine.track.DownTrack;
import io.parley.rtc.rtp.codec.PayloadCodec;
import io.parley.rtc.stream.SendStream;
import io.parley.rtc.time.Deadline;
import java.util.ArrayList;
import java.util.List;
import livekit.LivekitModels.TrackInfo;
import livekit.LivekitModels.TrackType;
import livekit.LivekitModels.VideoQuality;
import livekit.LivekitRtc.UpdateTrackSettings;
import org.jspecify.annotations.Nullable;

/** One track of another participant: what the client asked for, and how far we are with it. */
final class Subscription {
    private enum State {
        /** Without a media section: waits for one if it is wanted. */
        IDLE,
        /** A description names its section and is not answered yet. */
        PLACED,
        /** The section is answered, and the publisher asked for a codec that it does not send yet. */
        AWAITING_CODEC,
        /** The section is answered, and the track asked of the shard's registry. */
        STARTED,
        /** The track is here, and its packets go out. */
        FORWARDING,
        /** The client's receiver has no codec of the track; not tried again on the same connection. */
        UNSUPPORTED
    }

    private static final long SETTLE_NS = 100_000_000L;

    final ParticipantSid publisher;
    final int publisherShard;
    TrackInfo track;

    /** Auto-subscribed or asked for. */
    boolean isWanted;

    /** Whether its publisher lets this participant have it. */
    boolean isAllowed = true;

    /** Which of the track's codecs the client gets. */
    private int codec;

    /** Whether the client knows that its publisher lets it have it. */
    boolean isAccessTold;

    /** The client's latest; null if it said nothing. */
    private @Nullable UpdateTrackSettings settings;

    /** When the latest settings take effect at the latest; {@link Deadline#NEVER} if nobody waits for that. */
    private long settleAtNs = Deadline.NEVER;

    private boolean isDisabled;

    /** Highest layer asked for, 0..2. */
    private int maxLayer = LiveLayers.MAX_LAYERS - 1;

    private State state = State.IDLE;

    /** From PLACED to FORWARDING the media section that carries it, else "". */
    private String mid = "";

    /** From PLACED to FORWARDING: what we send in that section, with the payload types answered there. */
    private @Nullable SendStream stream;

    /** In STARTED and FORWARDING. */
    private TrackRegistry.@Nullable Watcher watcher;

    /** In FORWARDING. */
    private @Nullable DownTrack down;

    Subscription(ParticipantSid publisher, int publisherShard, TrackInfo track) {
        this.publisher = publisher;
        this.publisherShard = publisherShard;
        this.track = track;
    }

    /** @param ofTrack which of the track's codecs */
    void place(String section, int ofTrack, SendStream sent) {
        become(State.PLACED);
        mid = section;
        codec = ofTrack;
        stream = sent;
    }

    /** The client answered with another codec than the best that was offered. */
    void choose(int ofTrack, SendStream sent) {
        codec = ofTrack;
        stream = sent;
    }

    void awaitCodec() {
        become(State.AWAITING_CODEC);
    }

    void start(TrackRegistry.Watcher waiting) {
        become(State.STARTED);
        watcher = waiting;
    }

    void forward(long nowNs, DownTrack forwarded) {
        become(State.FORWARDING);
        down = forwarded;
        if (isDisabled || maxLayer < LiveLayers.MAX_LAYERS - 1) {
            forwarded.onSettings(nowNs, isDisabled, maxLayer);
        }
    }

    /** The section is another track's from now on. */
    void leaveSection() {
        become(State.IDLE);
        mid = "";
        stream = null;
        watcher = null;
        down = null;
    }

    void refuse() {
        become(State.UNSUPPORTED);
    }

    private void become(State next) {
        boolean isPossible = switch (next) {
            case IDLE -> hasSection();
            case PLACED, UNSUPPORTED -> state == State.IDLE;
            case AWAITING_CODEC -> state == State.PLACED;
            case STARTED -> state == State.PLACED || state == State.AWAITING_CODEC;
            case FORWARDING -> state == State.STARTED;
        };
        if (!isPossible) {
            throw new IllegalStateException("subscription to " + track.getSid() + ": " + state + " to " + next);
        }
        state = next;
    }

    /** {@link #settleAtNs} has come. */
    void onSettleDue(long nowNs) {
        settleAtNs = Deadline.NEVER;
        settle(nowNs);
    }

    /** The track or what the client wants of it changed: takes effect now. */
    void settle(long nowNs) {
        UpdateTrackSettings wanted = settings;
        if (wanted == null) {
            return;
        }
        isDisabled = isDisabled(wanted);
        maxLayer = WantedLayer.of(track, wanted);
        if (down != null) {
            down.onSettings(nowNs, isDisabled, maxLayer);
        }
    }

    /**
     * The client changed its mind, as it does in a row while a window is resized (LiveKit: subscriptionDebounceInterval).
     * What comes into view does so at once.
     *
     * @return whether {@link #onSettleDue} is to be called when {@link #settleAtNs} has come
     */
    boolean onSettings(long nowNs, UpdateTrackSettings changed) {
        settings = changed;
        boolean comesIntoView = isDisabled && !isDisabled(changed);
        if (down == null || comesIntoView) {
            settle(nowNs);
            return false;
        }
        boolean isFirst = settleAtNs == Deadline.NEVER;
        settleAtNs = isFirst ? nowNs + SETTLE_NS : settleAtNs;
        return isFirst;
    }

    private static boolean isDisabled(UpdateTrackSettings settings) {
        return settings.getDisabled() || settings.getQuality() == VideoQuality.OFF;
    }

    long settleAtNs() {
        return settleAtNs;
    }

    void disable(long nowNs) {
        UpdateTrackSettings before = settings;
        UpdateTrackSettings.Builder disabled =
                before == null ? UpdateTrackSettings.newBuilder().setQuality(VideoQuality.HIGH) : before.toBuilder();
        settings = disabled.setDisabled(true).build();
        settle(nowNs);
    }

    boolean isVideo() {
        return track.getType() == TrackType.VIDEO;
    }

    /** How far we are with it, for people. */
    String state() {
        return state.name();
    }

    boolean needsSection() {
        return isWanted && isAllowed && state == State.IDLE;
    }

    boolean hasSection() {
        return state == State.PLACED || awaitsCodec() || isStarted();
    }

    boolean awaitsCodec() {
        return state == State.AWAITING_CODEC;
    }

    boolean isStarted() {
        return state == State.STARTED || state == State.FORWARDING;
    }

    String mid() {
        return mid;
    }

    @Nullable
    SendStream stream() {
        return stream;
    }

    TrackRegistry.@Nullable Watcher watcher() {
        return watcher;
    }

    @Nullable
    DownTrack down() {
        return down;
    }

    int codec() {
        return codec;
    }

    /** Whether the publisher sends the codec that the client gets. */
    boolean isCodecPublished() {
        return codec == 0 || !track.getCodecs(codec).getMid().isEmpty();
    }

    /** What shards know the packets by that the client gets. */
    String mediaKey() {
        return PublishedCodec.mediaKey(track.getSid(), codec);
    }

    /** The track's codecs in their order, null for one that we don't forward. */
    List<@Nullable PayloadCodec> payloadCodecs() {
        List<@Nullable PayloadCodec> codecs = new ArrayList<>();
        codecs.add(payloadCodec(track.getMimeType()));
        for (int i = 1; i < track.getCodecsCount(); i++) {
            codecs.add(payloadCodec(track.getCodecs(i).getMimeType()));
        }
        return codecs;
    }

    private static @Nullable PayloadCodec payloadCodec(String mime) {
        return PayloadCodec.of(mime.substring(mime.indexOf('/') + 1));
    }
}
