// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import io.parley.api.error.ApiError;
import io.parley.api.id.RoomName;
import io.parley.rtc.sdp.SessionDescription;
import java.util.Map;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitRtc.RoomMovedResponse;
import livekit.LivekitRtc.SignalResponse;

/** Where a seat's signal responses go, in order. They are encoded off the loop. */
public interface SignalSink {
    void send(SignalResponse response);

    /** An answer to the client's offer; SDP text is made off the loop. */
    void sendAnswer(SessionDescription answer, int offerId, Map<String, String> midToTrackSid);

    /** Our offer of the subscriber peer connection. */
    void sendOffer(SessionDescription offer, int offerId, Map<String, String> midToTrackSid);

    /**
     * The client's token is not what it should be any more.
     *
     * @param room that the participant is in, or is to join
     * @param participant without its tracks
     */
    void sendClaims(RoomName room, ParticipantInfo participant);

    /** The participant is in another room. @param moved without a token, which says what the participant in it does */
    void sendRoomMoved(RoomMovedResponse moved);

    /** The session does not begin, and this is why. Nothing was or will be sent. */
    void refuse(ApiError error);

    /** Flush what was sent, then end the stream. */
    void close();
}
