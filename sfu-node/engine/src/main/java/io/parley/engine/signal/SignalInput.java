// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.signal;

import io.parley.engine.seat.Answer;
import io.parley.engine.seat.Offer;
import io.parley.engine.seat.SignalSink;
import livekit.LivekitRtc.SignalRequest;

/** What comes from a client's signal stream, parsed off the loop. */
public sealed interface SignalInput {
    record Request(SignalRequest request) implements SignalInput {}

    record OfferMade(Offer offer) implements SignalInput {}

    record AnswerMade(Answer answer) implements SignalInput {}

    /** The client's offer or answer is no SDP that we understand. */
    record BadDescription() implements SignalInput {}

    /** Something that was answered already, such as a ping: the client is there. */
    record SignOfLife() implements SignalInput {}

    /** The stream that answers through the sink ended. */
    record Closed(SignalSink stream) implements SignalInput {}
}
