// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import io.parley.api.id.ParticipantSid;
import io.parley.engine.relay.TrackRegistry;
import io.parley.engine.track.DownTrack;
import io.parley.engine.track.UpTrack;
import io.parley.rtc.rtp.codec.PayloadCodec;
import io.parley.rtc.stream.SendStream;
import livekit.LivekitModels.TrackInfo;
import livekit.LivekitModels.TrackType;
import org.jspecify.annotations.Nullable;

/** One track of another participant, and whether and how this participant gets it. */
final class Subscription {
    final ParticipantSid publisher;
    final int publisherShard;
    TrackInfo track;

    /** Auto-subscribed or asked for. */
    boolean isWanted;

    /** The subscriber's receiver has no codec of the track; not tried again on the same connection. */
    boolean isUnsupported;

    /** The media section that carries it, or "". */
    String mid = "";

    /** What we send in that section, with the payload types answered there. */
    @Nullable
    SendStream stream;

    /** Set while the track is asked of the shard's registry. */
    TrackRegistry.@Nullable Watcher watcher;

    @Nullable
    DownTrack down;

    boolean isDisabled;

    /** Highest layer asked for, 0..2. */
    int maxLayer = UpTrack.MAX_LAYERS - 1;

    Subscription(ParticipantSid publisher, int publisherShard, TrackInfo track) {
        this.publisher = publisher;
        this.publisherShard = publisherShard;
        this.track = track;
    }

    boolean isVideo() {
        return track.getType() == TrackType.VIDEO;
    }

    boolean needsSection() {
        return isWanted && !isUnsupported && mid.isEmpty();
    }

    @Nullable
    PayloadCodec payloadCodec() {
        String mime = track.getMimeType();
        return PayloadCodec.of(mime.substring(mime.indexOf('/') + 1));
    }
}
