// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import io.parley.api.room.RoomLimits;
import livekit.LivekitRtc.AddTrackRequest;
import livekit.LivekitRtc.SignalRequest;
import livekit.LivekitRtc.SimulcastCodec;
import livekit.LivekitRtc.SubscriptionPermission;
import livekit.LivekitRtc.SyncState;
import livekit.LivekitRtc.UpdateLocalAudioTrack;
import livekit.LivekitRtc.UpdateSubscription;
import org.jspecify.annotations.Nullable;

/**
 * How much one request of a client may name. A frame may have 2 MiB; what it names is looked up on the loop, and of
 * add_track all is kept and told to everybody. Metadata has limits of its own, LiveKit's.
 */
public final class RequestLimits {
    /** With all its strings and lists: SDKs send a few hundred. */
    private static final int MAX_ADD_TRACK_BYTES = 4 << 10;

    /** Qualities that there are. */
    private static final int MAX_LAYERS = 3;

    /** Video codecs that there are. */
    private static final int MAX_CODECS = 5;

    /** Twice those that there are. */
    private static final int MAX_FEATURES = 14;

    private static final int MAX_SID_LENGTH = 64;

    private RequestLimits() {}

    /**
     * Of all but add_track, which may also come with a join.
     *
     * @return what is too much, for the client's developer; null if nothing is
     */
    public static @Nullable String exceeded(SignalRequest request) {
        return switch (request.getMessageCase()) {
            case MUTE -> sid(request.getMute().getSid());
            case UPDATE_AUDIO_TRACK -> exceeded(request.getUpdateAudioTrack());
            case UPDATE_VIDEO_TRACK -> sid(request.getUpdateVideoTrack().getTrackSid());
            case SUBSCRIPTION -> trackSids(count(request.getSubscription()));
            case TRACK_SETTING -> trackSids(request.getTrackSetting().getTrackSidsCount());
            case SUBSCRIPTION_PERMISSION -> trackSids(count(request.getSubscriptionPermission()));
            case SYNC_STATE -> exceeded(request.getSyncState());
            default -> null;
        };
    }

    static @Nullable String exceeded(AddTrackRequest request) {
        if (request.getSerializedSize() > MAX_ADD_TRACK_BYTES) {
            return "add_track has more than " + MAX_ADD_TRACK_BYTES + " bytes";
        }
        if (request.getSimulcastCodecsCount() > MAX_CODECS) {
            return "add_track has more than " + MAX_CODECS + " codecs";
        }
        boolean isLayered = request.getLayersCount() > MAX_LAYERS;
        for (SimulcastCodec codec : request.getSimulcastCodecsList()) {
            isLayered |= codec.getLayersCount() > MAX_LAYERS;
        }
        return isLayered ? "add_track has more than " + MAX_LAYERS + " layers" : null;
    }

    private static @Nullable String exceeded(UpdateLocalAudioTrack update) {
        return update.getFeaturesCount() > MAX_FEATURES
                ? "more than " + MAX_FEATURES + " features of a track"
                : sid(update.getTrackSid());
    }

    private static @Nullable String exceeded(SyncState sync) {
        return trackSids(sync.getPublishTracksCount()
                + sync.getTrackSidsDisabledCount()
                + sync.getDatachannelReceiveStatesCount()
                + count(sync.getSubscription()));
    }

    private static int count(SubscriptionPermission permission) {
        int count = permission.getTrackPermissionsCount();
        for (int i = 0; i < permission.getTrackPermissionsCount(); i++) {
            count += permission.getTrackPermissions(i).getTrackSidsCount();
        }
        return count;
    }

    private static int count(UpdateSubscription update) {
        int count = update.getTrackSidsCount() + update.getParticipantTracksCount();
        for (int i = 0; i < update.getParticipantTracksCount(); i++) {
            count += update.getParticipantTracks(i).getTrackSidsCount();
        }
        return count;
    }

    private static @Nullable String trackSids(int count) {
        return count > RoomLimits.MAX_TRACKS ? "more than " + RoomLimits.MAX_TRACKS + " tracks in one request" : null;
    }

    private static @Nullable String sid(String sid) {
        return sid.length() > MAX_SID_LENGTH ? "track sid has more than " + MAX_SID_LENGTH + " characters" : null;
    }
}
