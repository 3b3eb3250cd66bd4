// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.sctp;

import io.parley.rtc.time.Deadline;

/** One message to the peer, from the queue until it is acknowledged or abandoned. */
final class OutboundMessage {
    final int streamId;
    final int ppid;
    final byte[] payload;
    final boolean isOrdered;

    /** Transmissions of a fragment beyond its first; -1 for any number. */
    final int maxRetransmits;

    /** Not sent or repeated from then on. */
    final long expiresAtNs;

    /** Of its stream, given when the first fragment leaves. */
    int streamSequence;

    /** The number of the first fragment, once it has left. */
    long firstTsn;

    /** Bytes that have left as fragments. */
    int fragmented;

    OutboundMessage(int streamId, int ppid, byte[] payload, boolean isOrdered, int maxRetransmits, long expiresAtNs) {
        this.streamId = streamId;
        this.ppid = ppid;
        this.payload = payload;
        this.isOrdered = isOrdered;
        this.maxRetransmits = maxRetransmits;
        this.expiresAtNs = expiresAtNs;
    }

    boolean isExpired(long nowNs) {
        return Deadline.isDue(expiresAtNs, nowNs);
    }

    boolean isWholeSent() {
        return fragmented == payload.length;
    }
}
