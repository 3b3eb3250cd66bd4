// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.signal;

import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitRtc.LeaveRequest;
import livekit.LivekitRtc.SignalResponse;

/** How a server tells a client that its signal stream is about to end; older ones hear it through {@link SignalDialect}. */
public final class Leaves {
    private Leaves() {}

    /** To a client that wants to resume what is not there any more. */
    public static SignalResponse rejoin() {
        return of(DisconnectReason.STATE_MISMATCH, LeaveRequest.Action.RECONNECT);
    }

    /** To a client that should come back at once with a new signal stream. */
    public static SignalResponse resume() {
        return of(DisconnectReason.SIGNAL_CLOSE, LeaveRequest.Action.RESUME);
    }

    public static SignalResponse of(DisconnectReason reason, LeaveRequest.Action action) {
        return SignalResponse.newBuilder()
                .setLeave(LeaveRequest.newBuilder().setReason(reason).setAction(action))
                .build();
    }
}
