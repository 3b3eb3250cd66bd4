// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.ice;

import io.parley.rtc.buf.Path;
import io.parley.rtc.buf.Slot;
import io.parley.rtc.sdp.IceCredentials;
import io.parley.rtc.stun.StunIntegrity;
import io.parley.rtc.stun.StunMessage;
import io.parley.rtc.stun.StunWriter;
import io.parley.rtc.time.Deadline;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The ICE side of one peer. A lite agent only answers checks and follows the peer's nominations; a full agent also
 * checks, in the controlled or the controlling role. Datagrams are accepted from every 5-tuple on which a check with
 * the right credentials came; we send on the nominated one, corrected by where authenticated media arrives.
 */
public final class IceAgent {
    public enum Mode {
        LITE,
        CONTROLLED,
        CONTROLLING
    }

    private enum State {
        CHECKING,
        CONNECTED,
        CLOSED
    }

    private static final long MS = 1_000_000L;
    private static final long FIRST_RETRY_NS = 100 * MS;
    private static final long MAX_RETRY_NS = 1600 * MS;
    private static final int MAX_ATTEMPTS = 9;
    private static final long CONSENT_INTERVAL_NS = 4000 * MS;

    /** A selected pair silent for this long gives way to a worse nominated one. */
    private static final long STALE_NS = 5000 * MS;

    /** Media and reports come more often than this, while they come at all. */
    private static final long IN_USE_NS = 1000 * MS;

    /** Peer-reflexive priority of RFC 8445 s.5.1.2.1: type preference 110, any local preference, component 1. */
    private static final long PRFLX_PRIORITY = 110L << 24 | 0xFFFFL << 8 | 255;

    /** Of a username fragment or password (RFC 8839 s.5.4). */
    private static final int MAX_CREDENTIAL_CHARS = 256;

    /** A check of ours: 20 of header, 52 of fixed attributes with integrity and fingerprint, 520 of the longest username. */
    private static final int MAX_CHECK_BYTES = 600;

    private final IceSettings settings;
    private final RandomGenerator random;
    private final boolean isLite;
    private final long tieBreaker;
    private final List<CandidatePair> pairs = new ArrayList<>();
    private final ArrayDeque<IceEvent> events = new ArrayDeque<>();
    private final ArrayDeque<Response> responses = new ArrayDeque<>();
    private final StunMessage message = new StunMessage();
    private final StunWriter writer = new StunWriter();

    private State state = State.CHECKING;
    private boolean isControlling;
    private IceCredentials local;
    private StunIntegrity localIntegrity;

    /** Credentials of before an ICE restart, good until a check under the new ones nominates. */
    private @Nullable IceCredentials previous;

    private @Nullable StunIntegrity previousIntegrity;
    private @Nullable IceCredentials remote;
    private @Nullable StunIntegrity remoteIntegrity;
    private @Nullable CandidatePair selected;

    /** When the peer last proved that it wants our packets. */
    private long consentNs;

    private long connectByNs;

    /** An answer that waits for {@link #pollTransmit}. */
    private record Response(Path path, byte[] bytes) {}

    public IceAgent(Mode mode, IceCredentials local, IceSettings settings, RandomGenerator random, long nowNs) {
        this.settings = settings;
        this.random = random;
        this.isLite = mode == Mode.LITE;
        this.isControlling = mode == Mode.CONTROLLING;
        this.local = local;
        this.localIntegrity = new StunIntegrity(local.password());
        this.tieBreaker = random.nextLong();
        this.consentNs = nowNs;
        this.connectByNs = nowNs + settings.connectTimeoutNs();
    }

    public IceCredentials local() {
        return local;
    }

    /** The peer's credentials from its description; those that no check can carry are as good as none. */
    public void onRemoteCredentials(long nowNs, IceCredentials credentials) {
        if (credentials.equals(remote) || !fits(credentials.ufrag()) || !fits(credentials.password())) {
            return;
        }
        remote = credentials;
        remoteIntegrity = new StunIntegrity(credentials.password());
        for (CandidatePair pair : pairs) {
            if (!isLite) {
                startCheck(pair, nowNs);
            }
        }
    }

    private static boolean fits(String credential) {
        return credential.length() <= MAX_CREDENTIAL_CHARS
                && credential.chars().allMatch(character -> character > ' ' && character < 0x7F);
    }

    /** Begins an ICE restart with new local credentials (RFC 8445 s.9); the old ones hold until the next nomination. */
    public void restart(long nowNs, IceCredentials credentials) {
        previous = local;
        previousIntegrity = localIntegrity;
        local = credentials;
        localIntegrity = new StunIntegrity(credentials.password());
        connectByNs = nowNs + settings.connectTimeoutNs();
    }

    /** A remote candidate reachable from one of our sockets; a lite agent waits for the peer's checks instead. */
    public void onRemoteCandidate(long nowNs, Path path, long candidatePriority) {
        if (isLite || state == State.CLOSED || find(path) != null || pairs.size() >= settings.maxPaths()) {
            return;
        }
        CandidatePair pair = new CandidatePair(path, nowNs);
        pair.priority = pairPriority(candidatePriority);
        pairs.add(pair);
        events.add(new IceEvent.PathClaimed(path, PathClaim.NAMED));
        if (remote != null) {
            startCheck(pair, nowNs);
        }
    }

    /**
     * A datagram that looks like STUN.
     *
     * @return whether it authenticated, so that the path may be trusted to be the peer's
     */
    public boolean onStun(long nowNs, Path path, byte[] buf, int off, int len) {
        if (state == State.CLOSED || !message.wrap(buf, off, len)) {
            return false;
        }
        return switch (message.type()) {
            case StunMessage.BINDING_REQUEST -> onRequest(nowNs, path);
            case StunMessage.BINDING_SUCCESS -> onResponse(nowNs, path, true);
            case StunMessage.BINDING_ERROR -> onResponse(nowNs, path, false);
            default -> false; // indications keep bindings alive and prove nothing
        };
    }

    /**
     * Authenticated DTLS or SRTP came on this path: follow a peer that moved without a new check.
     *
     * @param isNewest whether nothing sent later came before; stragglers from a path that the peer left bring nothing back
     */
    public void onAuthenticatedTraffic(long nowNs, Path path, boolean isNewest) {
        CandidatePair from = selected;
        CandidatePair pair = from != null && from.path.equals(path) ? from : find(path);
        if (pair == null) {
            return;
        }
        pair.lastHeardNs = nowNs;
        pair.lastTrafficNs = nowNs;
        if (isNewest && pair != from && from != null) {
            select(pair, nowNs);
        }
    }

    /** Whether authenticated DTLS or SRTP came on this path within the last second: then it is nobody else's. */
    public boolean isInUse(Path path, long nowNs) {
        CandidatePair pair = find(path);
        return pair != null && nowNs - pair.lastTrafficNs <= IN_USE_NS;
    }

    public @Nullable Path selectedPath() {
        return selected == null ? null : selected.path;
    }

    public boolean isConnected() {
        return state == State.CONNECTED;
    }

    public long nextDeadlineNs() {
        if (state == State.CLOSED) {
            return Deadline.NEVER;
        }
        long next = state == State.CONNECTED ? consentNs + settings.consentTimeoutNs() : connectByNs;
        for (int i = 0; i < pairs.size(); i++) {
            next = Deadline.earlier(next, pairs.get(i).checkAtNs);
        }
        return next;
    }

    public void onDeadline(long nowNs) {
        if (state == State.CLOSED) {
            return;
        }
        long closeAtNs = state == State.CONNECTED ? consentNs + settings.consentTimeoutNs() : connectByNs;
        if (Deadline.isDue(closeAtNs, nowNs)) {
            events.add(new IceEvent.Closed(state == State.CONNECTED));
            close();
            return;
        }
        for (int i = 0; i < pairs.size(); i++) {
            CandidatePair pair = pairs.get(i);
            if (Deadline.isDue(pair.checkAtNs, nowNs)) {
                check(pair, nowNs);
            }
        }
    }

    /** Writes the next datagram into the slot. @return its path, or null if there is nothing to send */
    public @Nullable Path pollTransmit(Slot slot) {
        Response response = responses.poll();
        if (response == null) {
            return null;
        }
        System.arraycopy(response.bytes, 0, slot.bytes, Slot.HEADROOM, response.bytes.length);
        slot.length = response.bytes.length;
        return response.path;
    }

    public @Nullable IceEvent pollEvent() {
        return events.poll();
    }

    /** Stops answering and checking; says nothing to the peer. */
    public void close() {
        state = State.CLOSED;
        responses.clear();
    }

    private boolean onRequest(long nowNs, Path path) {
        StunIntegrity integrity = integrityFor(message.username());
        if (integrity == null || !message.isAuthentic(integrity)) {
            // RFC 8489 s.9.1.3 wants 400 or 401 here; we stay silent, so that nobody can reflect traffic off us.
            return false;
        }
        if (message.unknownRequiredAttribute() != 0) {
            respond(path, integrity, 420, "Unknown Attribute");
            return false;
        }
        if (hasRoleConflict()) {
            respond(path, integrity, 487, "Role Conflict");
            return true;
        }
        CandidatePair pair = learn(nowNs, path);
        pair.lastHeardNs = nowNs;
        // Each time: another peer's check may have come from here since, and then the path is not ours any more.
        events.add(new IceEvent.PathClaimed(path, PathClaim.PROVEN));
        respond(path, integrity, 0, "");
        if (isLite) {
            consentNs = nowNs;
            if (message.hasUseCandidate()) {
                retirePrevious(integrity);
                select(pair, nowNs);
            }
        } else {
            pair.priority = pair.priority == 0 ? pairPriority(message.priority()) : pair.priority;
            pair.isNominatedByPeer |= message.hasUseCandidate() && !isControlling;
            if (pair.state == CandidatePair.State.SUCCEEDED) {
                considerNominated(pair, nowNs);
            } else if (remote != null && pair.state != CandidatePair.State.CHECKING) {
                startCheck(pair, nowNs); // triggered check, RFC 8445 s.7.3.1.4
            }
        }
        return true;
    }

    private @Nullable StunIntegrity integrityFor(@Nullable String username) {
        int colon = username == null ? -1 : username.indexOf(':');
        if (username == null || colon < 0) {
            return null;
        }
        String ours = username.substring(0, colon);
        if (ours.equals(local.ufrag())) {
            return localIntegrity;
        }
        return previous != null && ours.equals(previous.ufrag()) ? previousIntegrity : null;
    }

    /** RFC 8445 s.7.3.1.1. Switches our role where the peer's tie-breaker wins. @return whether to answer 487 */
    private boolean hasRoleConflict() {
        if (isLite) {
            return message.isFromControlled();
        }
        boolean conflict = isControlling ? message.isFromControlling() : message.isFromControlled();
        if (!conflict) {
            return false;
        }
        boolean weAreLarger = Long.compareUnsigned(tieBreaker, message.tieBreaker()) >= 0;
        if (weAreLarger == isControlling) {
            return true;
        }
        isControlling = !isControlling;
        return false;
    }

    private void retirePrevious(@Nullable StunIntegrity used) {
        if (previous != null && used == localIntegrity) {
            previous = null;
            previousIntegrity = null;
        }
    }

    private boolean onResponse(long nowNs, Path path, boolean success) {
        StunIntegrity integrity = remoteIntegrity;
        CandidatePair pair = find(path);
        if (integrity == null || pair == null || !message.hasTransactionId(pair.transactionId)) {
            return false;
        }
        if (!message.isAuthentic(integrity)) {
            return false;
        }
        pair.lastHeardNs = nowNs;
        if (!success) {
            onErrorResponse(pair, nowNs);
            return true;
        }
        consentNs = nowNs;
        pair.state = CandidatePair.State.SUCCEEDED;
        pair.attempts = 0;
        if (isControlling && selected == null && !pair.isNominating) {
            pair.isNominating = true;
            startCheck(pair, nowNs);
            return true;
        }
        if (pair.isNominating || pair.isNominatedByPeer) {
            considerNominated(pair, nowNs);
        }
        // Keep consent fresh on the pair in use; others stay quiet (RFC 7675 s.5.1: every 4 to 6 seconds).
        pair.checkAtNs = pair == selected
                ? nowNs + CONSENT_INTERVAL_NS + random.nextLong(CONSENT_INTERVAL_NS / 2)
                : Deadline.NEVER;
        return true;
    }

    private void onErrorResponse(CandidatePair pair, long nowNs) {
        if (message.errorCode() == 487) {
            isControlling = !isControlling;
            startCheck(pair, nowNs);
        } else {
            pair.state = CandidatePair.State.FAILED;
            pair.checkAtNs = Deadline.NEVER;
        }
    }

    /** Full agents: a nominated valid pair is used if it beats the one in use, or that one fell silent. */
    private void considerNominated(CandidatePair pair, long nowNs) {
        if (!pair.isNominatedByPeer && !pair.isNominating) {
            return;
        }
        CandidatePair current = selected;
        if (current == null || pair.priority > current.priority || nowNs - current.lastHeardNs > STALE_NS) {
            retirePrevious(localIntegrity);
            select(pair, nowNs);
        }
    }

    private void select(CandidatePair pair, long nowNs) {
        if (selected == pair && state == State.CONNECTED) {
            return;
        }
        selected = pair;
        state = State.CONNECTED;
        events.add(new IceEvent.Selected(pair.path));
        if (!isLite && pair.checkAtNs == Deadline.NEVER) {
            pair.checkAtNs = nowNs + CONSENT_INTERVAL_NS;
        }
    }

    private CandidatePair learn(long nowNs, Path path) {
        CandidatePair known = find(path);
        if (known != null) {
            return known;
        }
        if (pairs.size() >= settings.maxPaths()) {
            dropStalest();
        }
        CandidatePair pair = new CandidatePair(path, nowNs);
        pairs.add(pair);
        return pair;
    }

    private void dropStalest() {
        CandidatePair stalest = null;
        for (CandidatePair pair : pairs) {
            if (pair != selected && (stalest == null || pair.lastHeardNs < stalest.lastHeardNs)) {
                stalest = pair;
            }
        }
        if (stalest != null) {
            pairs.remove(stalest);
            events.add(new IceEvent.PathClaimed(stalest.path, PathClaim.DROPPED));
        }
    }

    private void startCheck(CandidatePair pair, long nowNs) {
        pair.state = CandidatePair.State.CHECKING;
        pair.attempts = 0;
        check(pair, nowNs);
    }

    private void check(CandidatePair pair, long nowNs) {
        IceCredentials peer = remote;
        if (peer == null) {
            pair.checkAtNs = Deadline.NEVER;
            return;
        }
        if (pair.attempts == MAX_ATTEMPTS) {
            // A pair in use is kept: consent decides about it, not one lost check.
            pair.state = pair == selected ? pair.state : CandidatePair.State.FAILED;
            pair.checkAtNs = Deadline.NEVER;
            return;
        }
        if (pair.attempts == 0) {
            random.nextBytes(pair.transactionId);
        }
        byte[] buf = new byte[MAX_CHECK_BYTES];
        writer.begin(buf, 0, StunMessage.BINDING_REQUEST, pair.transactionId)
                .username(peer.ufrag() + ":" + local.ufrag())
                .priority(PRFLX_PRIORITY)
                .role(isControlling, tieBreaker);
        if (isControlling && (pair.isNominating || pair == selected)) {
            writer.useCandidate();
        }
        send(pair.path, buf, writer.finish(remoteIntegrity));
        pair.checkAtNs = nowNs + Math.min(FIRST_RETRY_NS << pair.attempts, MAX_RETRY_NS);
        pair.attempts++;
    }

    /** @param errorCode 0 for success */
    private void respond(Path path, StunIntegrity integrity, int errorCode, String reason) {
        byte[] id = new byte[StunMessage.TRANSACTION_ID_BYTES];
        message.copyTransactionId(id);
        byte[] buf = new byte[200];
        if (errorCode == 0) {
            writer.begin(buf, 0, StunMessage.BINDING_SUCCESS, id).mappedAddress(path.remote());
        } else {
            writer.begin(buf, 0, StunMessage.BINDING_ERROR, id).error(errorCode, reason);
            if (errorCode == 420) {
                writer.unknownAttribute(message.unknownRequiredAttribute());
            }
        }
        send(path, buf, writer.finish(integrity));
    }

    private void send(Path path, byte[] buf, int len) {
        byte[] bytes = new byte[len];
        System.arraycopy(buf, 0, bytes, 0, len);
        responses.add(new Response(path, bytes));
    }

    private @Nullable CandidatePair find(Path path) {
        for (int i = 0; i < pairs.size(); i++) {
            if (pairs.get(i).path.equals(path)) {
                return pairs.get(i);
            }
        }
        return null;
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
