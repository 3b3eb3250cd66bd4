// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.signal;

import io.parley.engine.seat.Answer;
import io.parley.engine.seat.Offer;
import io.parley.engine.seat.Seat;
import java.util.ArrayList;
import java.util.List;
import livekit.LivekitModels.ParticipantTracks;
import livekit.LivekitModels.VideoQuality;
import livekit.LivekitRtc.SignalRequest;
import livekit.LivekitRtc.UpdateParticipantMetadata;
import livekit.LivekitRtc.UpdateSubscription;
import livekit.LivekitRtc.UpdateTrackSettings;

/** One switch from a signal request to a call on the seat. */
public final class SignalDispatcher {
    private SignalDispatcher() {}

    public static void dispatch(long nowNs, Seat seat, SignalInput input) {
        switch (input) {
            case SignalInput.OfferMade(Offer offer) -> seat.onOffer(nowNs, offer);
            case SignalInput.AnswerMade(Answer answer) -> seat.onAnswer(nowNs, answer);
            case SignalInput.BadDescription bad -> seat.onBadDescription();
            case SignalInput.Closed closed -> seat.onSignalClosed();
            case SignalInput.Request(SignalRequest request) -> onRequest(nowNs, seat, request);
        }
    }

    private static void onRequest(long nowNs, Seat seat, SignalRequest request) {
        switch (request.getMessageCase()) {
            case ADD_TRACK -> seat.addTrack(request.getAddTrack());
            case MUTE -> seat.onMute(request.getMute());
            case SUBSCRIPTION ->
                seat.onSubscription(
                        nowNs,
                        trackSids(request.getSubscription()),
                        request.getSubscription().getSubscribe());
            case TRACK_SETTING -> onTrackSetting(nowNs, seat, request.getTrackSetting());
            case UPDATE_METADATA -> {
                UpdateParticipantMetadata update = request.getUpdateMetadata();
                seat.onUpdateMetadata(
                        update.getRequestId(), update.getName(), update.getMetadata(), update.getAttributesMap());
            }
            case UPDATE_VIDEO_TRACK ->
                seat.onUpdateVideoTrack(
                        request.getUpdateVideoTrack().getTrackSid(),
                        request.getUpdateVideoTrack().getWidth(),
                        request.getUpdateVideoTrack().getHeight());
            case LEAVE -> seat.onLeave(request.getLeave().getReason());
            default -> {
                // Offers and answers come parsed; pings are answered and candidates dropped at the edge. The rest is of
                // features that clients do without.
            }
        }
    }

    /** LiveKit ignores the participant of participant_tracks: only the track sids count. */
    private static List<String> trackSids(UpdateSubscription update) {
        List<String> sids = new ArrayList<>(update.getTrackSidsList());
        for (ParticipantTracks tracks : update.getParticipantTracksList()) {
            sids.addAll(tracks.getTrackSidsList());
        }
        return sids;
    }

    private static void onTrackSetting(long nowNs, Seat seat, UpdateTrackSettings settings) {
        int maxLayer = switch (settings.getQuality()) {
            case LOW -> 0;
            case MEDIUM -> 1;
            default -> 2;
        };
        boolean disabled = settings.getDisabled() || settings.getQuality() == VideoQuality.OFF;
        seat.onTrackSettings(nowNs, settings.getTrackSidsList(), disabled, maxLayer);
    }
}
