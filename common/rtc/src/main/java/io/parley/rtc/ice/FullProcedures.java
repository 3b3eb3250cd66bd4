// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.ice;

import io.parley.rtc.buf.Path;
import io.parley.rtc.sdp.IceCredentials;
import io.parley.rtc.stun.StunIntegrity;
import io.parley.rtc.stun.StunMessage;
import io.parley.rtc.stun.StunWriter;
import io.parley.rtc.time.Deadline;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Checks pairs in the controlled or the controlling role: those that the peer's description names and those that its
 * checks came on. Uses the best pair that is both nominated and checked, and keeps the peer's consent to it fresh.
 */
final class FullProcedures implements Procedures {
    private static final long MS = 1_000_000L;
    private static final long FIRST_RETRY_NS = 100 * MS;
    private static final long MAX_RETRY_NS = 1600 * MS;
    private static final int MAX_ATTEMPTS = 9;
    private static final long CONSENT_INTERVAL_NS = 4000 * MS;

    /** A selected pair silent for this long gives way to a worse nominated one. */
    private static final long STALE_NS = 5000 * MS;

    /** Peer-reflexive priority of RFC 8445 s.5.1.2.1: type preference 110, any local preference, component 1. */
    private static final long PRFLX_PRIORITY = 110L << 24 | 0xFFFFL << 8 | 255;

    /** Of a username fragment or password (RFC 8839 s.5.4). */
    private static final int MAX_CREDENTIAL_CHARS = 256;

    /** A check of ours: 20 of header, 52 of fixed attributes with integrity and fingerprint, 520 of the longest username. */
    private static final int MAX_CHECK_BYTES = 600;

    private final IceAgent agent;
    private final RandomGenerator random;
    private final long tieBreaker;
    private final StunWriter writer = new StunWriter();
    private boolean isControlling;
    private @Nullable IceCredentials remote;
    private @Nullable StunIntegrity remoteIntegrity;

    FullProcedures(IceAgent agent, RandomGenerator random, long tieBreaker, boolean isControlling) {
        this.agent = agent;
        this.random = random;
        this.tieBreaker = tieBreaker;
        this.isControlling = isControlling;
    }

    @Override
    public void onRemoteCredentials(long nowNs, IceCredentials credentials) {
        if (credentials.equals(remote) || !fits(credentials.ufrag()) || !fits(credentials.password())) {
            return;
        }
        remote = credentials;
        remoteIntegrity = new StunIntegrity(credentials.password());
        for (CandidatePair pair : agent.pairs()) {
            startCheck(nowNs, pair);
        }
    }

    private static boolean fits(String credential) {
        return credential.length() <= MAX_CREDENTIAL_CHARS
                && credential.chars().allMatch(character -> character > ' ' && character < 0x7F);
    }

    @Override
    public void onRemoteCandidate(long nowNs, Path path, long candidatePriority) {
        CandidatePair pair = agent.tryName(nowNs, path);
        if (pair == null) {
            return;
        }
        pair.priority = pairPriority(candidatePriority);
        if (remote != null) {
            startCheck(nowNs, pair);
        }
    }

    @Override
    public boolean hasRoleConflict(StunMessage request) {
        boolean conflict = isControlling ? request.isFromControlling() : request.isFromControlled();
        if (!conflict) {
            return false;
        }
        boolean weAreLarger = Long.compareUnsigned(tieBreaker, request.tieBreaker()) >= 0;
        if (weAreLarger == isControlling) {
            return true;
        }
        isControlling = !isControlling;
        return false;
    }

    @Override
    public void onRequest(long nowNs, CandidatePair pair, StunMessage request, StunIntegrity integrity) {
        pair.priority = pair.priority == 0 ? pairPriority(request.priority()) : pair.priority;
        pair.isNominatedByPeer |= request.hasUseCandidate() && !isControlling;
        if (pair.state == CandidatePair.State.SUCCEEDED) {
            considerNominated(nowNs, pair);
        } else if (remote != null && pair.state != CandidatePair.State.CHECKING) {
            startCheck(nowNs, pair); // triggered check, RFC 8445 s.7.3.1.4
        }
    }

    @Override
    public boolean onResponse(long nowNs, CandidatePair pair, StunMessage response) {
        StunIntegrity integrity = remoteIntegrity;
        if (integrity == null || !response.hasTransactionId(pair.transactionId) || !response.isAuthentic(integrity)) {
            return false;
        }
        pair.lastHeardNs = nowNs;
        if (response.type() == StunMessage.BINDING_ERROR) {
            onErrorResponse(nowNs, pair, response);
        } else {
            onSuccessResponse(nowNs, pair);
        }
        return true;
    }

    private void onSuccessResponse(long nowNs, CandidatePair pair) {
        agent.onConsent(nowNs);
        pair.state = CandidatePair.State.SUCCEEDED;
        pair.attempts = 0;
        if (isControlling && agent.selected() == null && !pair.isNominating) {
            pair.isNominating = true;
            startCheck(nowNs, pair);
            return;
        }
        considerNominated(nowNs, pair);
        // Keep consent fresh on the pair in use; others stay quiet (RFC 7675 s.5.1: every 4 to 6 seconds).
        pair.checkAtNs = pair == agent.selected()
                ? nowNs + CONSENT_INTERVAL_NS + random.nextLong(CONSENT_INTERVAL_NS / 2)
                : Deadline.NEVER;
    }

    private void onErrorResponse(long nowNs, CandidatePair pair, StunMessage response) {
        if (response.errorCode() == 487) {
            isControlling = !isControlling;
            startCheck(nowNs, pair);
        } else {
            pair.state = CandidatePair.State.FAILED;
            pair.checkAtNs = Deadline.NEVER;
        }
    }

    /** A nominated valid pair is used if it beats the one in use, or that one fell silent. */
    private void considerNominated(long nowNs, CandidatePair pair) {
        if (!pair.isNominatedByPeer && !pair.isNominating) {
            return;
        }
        CandidatePair current = agent.selected();
        if (current == null || pair.priority > current.priority || nowNs - current.lastHeardNs > STALE_NS) {
            agent.retirePrevious();
            agent.select(nowNs, pair);
        }
    }

    @Override
    public void onSelected(long nowNs, CandidatePair pair) {
        if (pair.checkAtNs == Deadline.NEVER) {
            pair.checkAtNs = nowNs + CONSENT_INTERVAL_NS;
        }
    }

    @Override
    public void onCheckDue(long nowNs, CandidatePair pair) {
        check(nowNs, pair);
    }

    private void startCheck(long nowNs, CandidatePair pair) {
        pair.state = CandidatePair.State.CHECKING;
        pair.attempts = 0;
        check(nowNs, pair);
    }

    private void check(long nowNs, CandidatePair pair) {
        IceCredentials peer = remote;
        if (peer == null) {
            pair.checkAtNs = Deadline.NEVER;
            return;
        }
        if (pair.attempts == MAX_ATTEMPTS) {
            // A pair in use is kept: consent decides about it, not one lost check.
            pair.state = pair == agent.selected() ? pair.state : CandidatePair.State.FAILED;
            pair.checkAtNs = Deadline.NEVER;
            return;
        }
        if (pair.attempts == 0) {
            random.nextBytes(pair.transactionId);
        }
        byte[] buf = new byte[MAX_CHECK_BYTES];
        writer.begin(buf, 0, StunMessage.BINDING_REQUEST, pair.transactionId)
                .username(peer.ufrag() + ":" + agent.local().ufrag())
                .priority(PRFLX_PRIORITY)
                .role(isControlling, tieBreaker);
        if (isControlling && (pair.isNominating || pair == agent.selected())) {
            writer.useCandidate();
        }
        agent.send(pair.path, buf, writer.finish(remoteIntegrity));
        pair.checkAtNs = nowNs + Math.min(FIRST_RETRY_NS << pair.attempts, MAX_RETRY_NS);
        pair.attempts++;
    }

    /** RFC 8445 s.6.1.2.3, with every local candidate of ours being of one priority. */
    private long pairPriority(long remotePriority) {
        long ours = 126L << 24 | 0xFFFFL << 8 | 255;
        long controlling = isControlling ? ours : remotePriority;
        long controlled = isControlling ? remotePriority : ours;
        return (Math.min(controlling, controlled) << 32)
                + 2 * Math.max(controlling, controlled)
                + (controlling > controlled ? 1 : 0);
    }
}
