// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.signal;

import io.parley.engine.seat.Offer;
import livekit.LivekitRtc.SignalRequest;

/** What comes from a client's signal stream, parsed off the loop. */
public sealed interface SignalInput {
    record Request(SignalRequest request) implements SignalInput {}

    record OfferMade(Offer offer) implements SignalInput {}

    /** The client's offer is no SDP that we understand. */
    record BadOffer() implements SignalInput {}

    /** The stream ended. */
    record Closed() implements SignalInput {}
}
