// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.ice;

import io.parley.rtc.buf.Path;
import io.parley.rtc.stun.StunMessage;
import io.parley.rtc.time.Deadline;

/** One 5-tuple of an agent: what was heard on it and, for a full agent, the check under way on it. */
final class CandidatePair {
    enum State {
        /** Only heard on; a lite agent never gets beyond. */
        IDLE,
        CHECKING,
        SUCCEEDED,
        FAILED
    }

    private static final long NOTHING = Long.MIN_VALUE / 2;

    final Path path;

    /** Pair priority (RFC 8445 s.6.1.2.3); 0 while unknown. */
    long priority;

    State state = State.IDLE;
    final byte[] transactionId = new byte[StunMessage.TRANSACTION_ID_BYTES];
    long lastHeardNs;

    /** When DTLS or SRTP last authenticated here; checks prove less, since a stranger's may come from here as well. */
    long lastTrafficNs = NOTHING;

    long checkAtNs = Deadline.NEVER;
    int attempts;

    /** The peer sent USE-CANDIDATE here. */
    boolean isNominatedByPeer;

    /** Our checks here carry USE-CANDIDATE. */
    boolean isNominating;

    CandidatePair(Path path, long nowNs) {
        this.path = path;
        this.lastHeardNs = nowNs;
    }
}
