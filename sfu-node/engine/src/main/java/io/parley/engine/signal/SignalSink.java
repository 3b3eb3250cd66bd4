// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.signal;

import io.parley.rtc.sdp.SessionDescription;
import java.util.Map;
import livekit.LivekitRtc.SignalResponse;

/** Where a seat's signal responses go, in order. They are encoded off the loop. */
public interface SignalSink {
    void send(SignalResponse response);

    /** An answer to the client's offer; SDP text is made off the loop. */
    void sendAnswer(SessionDescription answer, int offerId, Map<String, String> midToTrackSid);

    /** Flush what was sent, then end the stream. */
    void close();
}
