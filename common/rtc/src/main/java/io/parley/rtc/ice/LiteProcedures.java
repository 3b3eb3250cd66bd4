// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.ice;

import io.parley.rtc.buf.Path;
import io.parley.rtc.sdp.IceCredentials;
import io.parley.rtc.stun.StunIntegrity;
import io.parley.rtc.stun.StunMessage;

/** Waits for the peer's checks, whatever it is told of the peer, and follows its nominations. */
final class LiteProcedures implements Procedures {
    private final IceAgent agent;

    LiteProcedures(IceAgent agent) {
        this.agent = agent;
    }

    @Override
    public void onRemoteCredentials(long nowNs, IceCredentials credentials) {}

    @Override
    public void onRemoteCandidate(long nowNs, Path path, long candidatePriority) {}

    /** We are always controlled. */
    @Override
    public boolean hasRoleConflict(StunMessage request) {
        return request.isFromControlled();
    }

    @Override
    public void onRequest(long nowNs, CandidatePair pair, StunMessage request, StunIntegrity integrity) {
        agent.onConsent(nowNs);
        if (request.hasUseCandidate()) {
            if (agent.isPresent(integrity)) {
                agent.retirePrevious();
            }
            agent.select(nowNs, pair);
        }
    }

    @Override
    public boolean onResponse(long nowNs, CandidatePair pair, StunMessage response) {
        return false; // we asked nothing
    }

    @Override
    public void onSelected(long nowNs, CandidatePair pair) {}

    @Override
    public void onCheckDue(long nowNs, CandidatePair pair) {}
}
