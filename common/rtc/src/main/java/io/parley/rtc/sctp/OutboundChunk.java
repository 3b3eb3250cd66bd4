// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.sctp;

/** A fragment with its number, until it is acknowledged cumulatively. */
final class OutboundChunk {
    enum State {
        IN_FLIGHT,
        LOST,
        ACKED,
        ABANDONED
    }

    final long tsn;
    final OutboundMessage message;
    final int off;
    final int len;
    State state = State.IN_FLIGHT;
    int transmits;

    /** Acknowledgements that reported later numbers and not this one. */
    int missed;

    long sentAtNs;

    OutboundChunk(long tsn, OutboundMessage message, int off, int len) {
        this.tsn = tsn;
        this.message = message;
        this.off = off;
        this.len = len;
    }

    boolean isOutstanding() {
        return state == State.IN_FLIGHT || state == State.LOST;
    }
}
