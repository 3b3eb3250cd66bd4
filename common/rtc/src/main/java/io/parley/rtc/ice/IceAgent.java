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

    /** Media and reports come more often than this, while they come at all. */
    private static final long IN_USE_NS = 1000 * MS;

    private final IceSettings settings;
    private final Procedures procedures;
    private final List<CandidatePair> pairs = new ArrayList<>();
    private final ArrayDeque<IceEvent> events = new ArrayDeque<>();
    private final ArrayDeque<Transmit> transmits = new ArrayDeque<>();
    private final StunMessage message = new StunMessage();
    private final StunWriter writer = new StunWriter();

    private State state = State.CHECKING;
    private IceCredentials local;
    private StunIntegrity localIntegrity;

    /** Credentials of before an ICE restart, good until a check under the new ones nominates. */
    private @Nullable IceCredentials previous;

    private @Nullable StunIntegrity previousIntegrity;
    private @Nullable CandidatePair selected;
    private boolean wasConnected;

    /** When the peer last proved that it wants our packets. */
    private long consentNs;

    private long connectByNs;

    /** An answer or a check that waits for {@link #pollTransmit}. */
    private record Transmit(Path path, byte[] bytes) {}

    public IceAgent(Mode mode, IceCredentials local, IceSettings settings, RandomGenerator random, long nowNs) {
        this.settings = settings;
        this.local = local;
        this.localIntegrity = new StunIntegrity(local.password());
        this.consentNs = nowNs;
        this.connectByNs = nowNs + settings.connectTimeoutNs();
        long tieBreaker = random.nextLong();
        this.procedures = switch (mode) {
            case LITE -> new LiteProcedures(this);
            case CONTROLLED -> new FullProcedures(this, random, tieBreaker, false);
            case CONTROLLING -> new FullProcedures(this, random, tieBreaker, true);
        };
    }

    public IceCredentials local() {
        return local;
    }

    /** The peer's credentials from its description; those that no check can carry are as good as none. */
    public void onRemoteCredentials(long nowNs, IceCredentials credentials) {
        procedures.onRemoteCredentials(nowNs, credentials);
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
        if (state != State.CLOSED) {
            procedures.onRemoteCandidate(nowNs, path, candidatePriority);
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
            case StunMessage.BINDING_SUCCESS, StunMessage.BINDING_ERROR -> onResponse(nowNs, path);
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
            select(nowNs, pair);
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

    /** Whether a pair was ever selected. */
    public boolean wasConnected() {
        return wasConnected;
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
            if (state == State.CHECKING) {
                events.add(new IceEvent.Closed());
                close();
                return;
            }
            state = State.CHECKING;
            selected = null;
            connectByNs = nowNs + settings.connectTimeoutNs();
            events.add(new IceEvent.Lost());
        }
        for (int i = 0; i < pairs.size(); i++) {
            CandidatePair pair = pairs.get(i);
            if (Deadline.isDue(pair.checkAtNs, nowNs)) {
                procedures.onCheckDue(nowNs, pair);
            }
        }
    }

    /** Writes the next datagram into the slot. @return its path, or null if there is nothing to send */
    public @Nullable Path pollTransmit(Slot slot) {
        Transmit transmit = transmits.poll();
        if (transmit == null) {
            return null;
        }
        System.arraycopy(transmit.bytes, 0, slot.bytes, Slot.HEADROOM, transmit.bytes.length);
        slot.length = transmit.bytes.length;
        return transmit.path;
    }

    public @Nullable IceEvent pollEvent() {
        return events.poll();
    }

    /** Stops answering and checking; says nothing to the peer. */
    public void close() {
        state = State.CLOSED;
        transmits.clear();
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
        if (procedures.hasRoleConflict(message)) {
            respond(path, integrity, 487, "Role Conflict");
            return true;
        }
        CandidatePair pair = learn(nowNs, path);
        pair.lastHeardNs = nowNs;
        // Each time: another peer's check may have come from here since, and then the path is not ours any more.
        events.add(new IceEvent.PathClaimed(path, PathClaim.PROVEN));
        respond(path, integrity, 0, "");
        procedures.onRequest(nowNs, pair, message, integrity);
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

    private boolean onResponse(long nowNs, Path path) {
        CandidatePair pair = find(path);
        return pair != null && procedures.onResponse(nowNs, pair, message);
    }

    // ---- for the procedures ----

    List<CandidatePair> pairs() {
        return pairs;
    }

    @Nullable
    CandidatePair selected() {
        return selected;
    }

    /** A pair that the peer's description names; null if it is known already, or one too many. */
    @Nullable
    CandidatePair tryName(long nowNs, Path path) {
        if (find(path) != null || pairs.size() >= settings.maxPaths()) {
            return null;
        }
        CandidatePair pair = new CandidatePair(path, nowNs);
        pairs.add(pair);
        events.add(new IceEvent.PathClaimed(path, PathClaim.NAMED));
        return pair;
    }

    /** The peer proved that it wants our packets. */
    void onConsent(long nowNs) {
        consentNs = nowNs;
    }

    /** Whether it is of the credentials that hold since the last restart. */
    boolean isPresent(StunIntegrity integrity) {
        return integrity == localIntegrity;
    }

    void retirePrevious() {
        previous = null;
        previousIntegrity = null;
    }

    void select(long nowNs, CandidatePair pair) {
        if (selected == pair && state == State.CONNECTED) {
            return;
        }
        selected = pair;
        state = State.CONNECTED;
        wasConnected = true;
        events.add(new IceEvent.Selected(pair.path));
        procedures.onSelected(nowNs, pair);
    }

    void send(Path path, byte[] buf, int len) {
        byte[] bytes = new byte[len];
        System.arraycopy(buf, 0, bytes, 0, len);
        transmits.add(new Transmit(path, bytes));
    }

    // ---- pairs and answers ----

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

    private @Nullable CandidatePair find(Path path) {
        for (int i = 0; i < pairs.size(); i++) {
            if (pairs.get(i).path.equals(path)) {
                return pairs.get(i);
            }
        }
        return null;
    }
}
