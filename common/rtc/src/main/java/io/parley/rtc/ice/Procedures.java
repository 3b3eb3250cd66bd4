// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.ice;

import io.parley.rtc.buf.Path;
import io.parley.rtc.sdp.IceCredentials;
import io.parley.rtc.stun.StunIntegrity;
import io.parley.rtc.stun.StunMessage;

/** What an agent does beyond answering checks, by its implementation (RFC 8445 s.2.5). Called by its {@link IceAgent}. */
sealed interface Procedures permits LiteProcedures, FullProcedures {
    void onRemoteCredentials(long nowNs, IceCredentials credentials);

    void onRemoteCandidate(long nowNs, Path path, long candidatePriority);

    /** RFC 8445 s.7.3.1.1. Switches our role where the peer's tie-breaker wins. @return whether to answer 487 */
    boolean hasRoleConflict(StunMessage request);

    /** An authentic check came, and its answer waits to be sent. @param integrity of ours that the peer used */
    void onRequest(long nowNs, CandidatePair pair, StunMessage request, StunIntegrity integrity);

    /** @return whether it authenticated */
    boolean onResponse(long nowNs, CandidatePair pair, StunMessage response);

    void onSelected(long nowNs, CandidatePair pair);

    void onCheckDue(long nowNs, CandidatePair pair);
}
