// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.ice;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.rtc.buf.Path;
import io.parley.rtc.buf.Slot;
import io.parley.rtc.sdp.IceCredentials;
import io.parley.rtc.stun.StunIntegrity;
import io.parley.rtc.stun.StunMessage;
import io.parley.rtc.stun.StunWriter;
import io.parley.rtc.time.Deadline;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Two agents, or one and hand-made checks, driven by a local time variable. */
class IceAgentTest {
    private static final long MS = 1_000_000L;
    private static final Path A = new Path(0, new InetSocketAddress("192.0.2.1", 1000));
    private static final Path B = new Path(0, new InetSocketAddress("192.0.2.2", 2000));
    private static final Path C = new Path(0, new InetSocketAddress("192.0.2.3", 3000));

    private final Random random = new Random(5);
    private final IceCredentials ours = IceCredentials.random(random);
    private final IceCredentials theirs = IceCredentials.random(random);
    private long nowNs = 1000 * MS;
    private Path pathOfFirst = A;

    @Test
    void liteConnectsOnUseCandidateAndFollowsTheLatest() {
        IceAgent lite = agent(IceAgent.Mode.LITE, ours);
        assertThat(check(lite, A, ours, false)).isTrue();
        assertThat(lite.isConnected()).isFalse();
        assertThat(check(lite, A, ours, true)).isTrue();
        assertThat(lite.selectedPath()).isEqualTo(A);
        check(lite, B, ours, true);
        assertThat(lite.selectedPath()).isEqualTo(B);
        assertThat(events(lite))
                .containsExactly(
                        new IceEvent.PathClaimed(A, PathClaim.PROVEN),
                        new IceEvent.PathClaimed(A, PathClaim.PROVEN),
                        new IceEvent.Selected(A),
                        new IceEvent.PathClaimed(B, PathClaim.PROVEN),
                        new IceEvent.Selected(B));
    }

    @Test
    void liteFollowsAuthenticatedTrafficButOnlyToKnownPaths() {
        IceAgent lite = agent(IceAgent.Mode.LITE, ours);
        check(lite, A, ours, true);
        check(lite, B, ours, false);
        lite.onAuthenticatedTraffic(nowNs, B, true);
        assertThat(lite.selectedPath()).isEqualTo(B);
        lite.onAuthenticatedTraffic(nowNs, C, true);
        assertThat(lite.selectedPath()).isEqualTo(B);
    }

    /**
     * A check of B from A's address took that from A for good: A's later ones were answered, but nothing was said about
     * the path, so that A's media went on to B. B needs a token and A's address: a port that a NAT or a browser gives
     * again, or a forged source.
     */
    @Test
    void claimsItsPathAnewWithEachCheck() {
        IceAgent lite = agent(IceAgent.Mode.LITE, ours);
        check(lite, A, ours, true);
        events(lite);
        check(lite, A, ours, false);
        assertThat(events(lite)).containsExactly(new IceEvent.PathClaimed(A, PathClaim.PROVEN));
    }

    @Test
    void onlyAuthenticatedTrafficHoldsAPathAndOnlyForASecond() {
        IceAgent lite = agent(IceAgent.Mode.LITE, ours);
        check(lite, A, ours, true);
        assertThat(lite.isInUse(A, nowNs)).isFalse();
        lite.onAuthenticatedTraffic(nowNs, A, true);
        assertThat(lite.isInUse(A, nowNs + 1000 * MS)).isTrue();
        assertThat(lite.isInUse(A, nowNs + 1001 * MS)).isFalse();
        assertThat(lite.isInUse(B, nowNs)).isFalse();
    }

    @Test
    void staysSilentToWrongCredentials() {
        IceAgent lite = agent(IceAgent.Mode.LITE, ours);
        IceCredentials guessed = new IceCredentials(ours.ufrag(), "not the password at all");
        assertThat(check(lite, A, guessed, true)).isFalse();
        assertThat(lite.pollTransmit(new Slot())).isNull();
        assertThat(lite.pollEvent()).isNull();
    }

    @Test
    void answersWithTheAddressItSaw() {
        IceAgent lite = agent(IceAgent.Mode.LITE, ours);
        check(lite, A, ours, true);
        Slot slot = new Slot();
        assertThat(lite.pollTransmit(slot)).isEqualTo(A);
        StunMessage answer = new StunMessage();
        assertThat(answer.wrap(slot.bytes, Slot.HEADROOM, slot.length)).isTrue();
        assertThat(answer.type()).isEqualTo(StunMessage.BINDING_SUCCESS);
        assertThat(answer.mappedAddress()).isEqualTo(A.remote());
        assertThat(answer.isAuthentic(new StunIntegrity(ours.password()))).isTrue();
    }

    @Test
    void losesAPeerThatDoesNotCheckForFifteenSecondsAndClosesIfItStaysAway() {
        IceAgent lite = agent(IceAgent.Mode.LITE, ours);
        check(lite, A, ours, true);
        events(lite);
        nowNs += 10_000 * MS;
        check(lite, A, ours, false);
        events(lite);
        assertThat(lite.nextDeadlineNs()).isEqualTo(nowNs + 15_000 * MS);
        nowNs += 14_999 * MS;
        lite.onDeadline(nowNs);
        assertThat(events(lite)).isEmpty();
        nowNs += MS;
        lite.onDeadline(nowNs);
        assertThat(events(lite)).containsExactly(new IceEvent.Lost());
        assertThat(lite.selectedPath()).as("nothing is sent without consent").isNull();
        nowNs += 29_999 * MS;
        lite.onDeadline(nowNs);
        assertThat(events(lite)).isEmpty();
        nowNs += MS;
        lite.onDeadline(nowNs);
        assertThat(events(lite)).containsExactly(new IceEvent.Closed());
        assertThat(lite.nextDeadlineNs()).isEqualTo(Deadline.NEVER);
    }

    @Test
    void findsAPeerAgainThatWasLost() {
        IceAgent lite = agent(IceAgent.Mode.LITE, ours);
        check(lite, A, ours, true);
        nowNs += 15_000 * MS;
        lite.onDeadline(nowNs);
        nowNs += 20_000 * MS;
        lite.onDeadline(nowNs);
        events(lite);
        check(lite, B, ours, true);
        assertThat(events(lite)).contains(new IceEvent.Selected(B));
        nowNs += 14_999 * MS;
        lite.onDeadline(nowNs);
        assertThat(lite.isConnected()).isTrue();
    }

    @Test
    void closesWhenNobodyEverConnects() {
        IceAgent lite = agent(IceAgent.Mode.LITE, ours);
        nowNs = lite.nextDeadlineNs();
        lite.onDeadline(nowNs);
        assertThat(events(lite)).containsExactly(new IceEvent.Closed());
    }

    @Test
    void oldCredentialsHoldUntilTheNewOnesNominate() {
        IceAgent lite = agent(IceAgent.Mode.LITE, ours);
        check(lite, A, ours, true);
        IceCredentials fresh = IceCredentials.random(random);
        lite.restart(nowNs, fresh);
        assertThat(check(lite, A, ours, false)).isTrue();
        assertThat(check(lite, B, fresh, true)).isTrue();
        assertThat(lite.selectedPath()).isEqualTo(B);
        assertThat(check(lite, A, ours, false)).isFalse();
    }

    /** Somebody who knows the password could name address after address: paths are capped, the stalest goes. */
    @Test
    void capsThePathsOfOnePeer() {
        IceAgent lite = agent(IceAgent.Mode.LITE, ours);
        check(lite, A, ours, true);
        for (int port = 1; port <= 100; port++) {
            nowNs += MS;
            check(lite, new Path(0, new InetSocketAddress("198.51.100.1", port)), ours, false);
        }
        List<IceEvent> events = events(lite);
        Set<Path> held = new HashSet<>(Set.of(A));
        for (IceEvent event : events) {
            if (event instanceof IceEvent.PathClaimed(Path path, PathClaim claim)) {
                boolean changed = claim == PathClaim.DROPPED ? held.remove(path) : held.add(path);
                assertThat(changed || path.equals(A)).isTrue();
            }
        }
        assertThat(held).hasSize(IceSettings.DEFAULT.maxPaths());
        assertThat(lite.selectedPath()).isEqualTo(A);
    }

    /**
     * A participant could name itself longer than a check can carry: our check toward it ran over its buffer, which looked
     * like a bug of ours in the log. Characters count, too: 256 of them may be 768 bytes.
     */
    @Test
    void neverChecksWithCredentialsThatDoNotFit() {
        for (String ufrag : List.of("u".repeat(257), "\u20ac".repeat(256))) {
            IceAgent full = agent(IceAgent.Mode.CONTROLLED, ours);
            full.onRemoteCredentials(nowNs, new IceCredentials(ufrag, theirs.password()));
            full.onRemoteCandidate(nowNs, A, 100);
            assertThat(full.pollTransmit(new Slot())).isNull();
        }
        IceAgent full = new IceAgent(
                IceAgent.Mode.CONTROLLED,
                new IceCredentials("l".repeat(256), ours.password()),
                IceSettings.DEFAULT,
                random,
                nowNs);
        full.onRemoteCredentials(nowNs, new IceCredentials("u".repeat(256), "p".repeat(256)));
        full.onRemoteCandidate(nowNs, A, 100);
        assertThat(full.pollTransmit(new Slot())).isEqualTo(A);
    }

    /** A participant may name any number of candidates: only some are checked, and none takes the place of a path heard. */
    @Test
    void capsTheCandidatesOfOnePeer() {
        IceAgent full = agent(IceAgent.Mode.CONTROLLED, ours);
        full.onRemoteCredentials(nowNs, theirs);
        for (int port = 1; port <= 5000; port++) {
            full.onRemoteCandidate(nowNs, new Path(0, new InetSocketAddress("198.51.100.1", port)), 1);
        }
        assertThat(events(full)).hasSize(IceSettings.DEFAULT.maxPaths());
        int checks = 0;
        while (full.pollTransmit(new Slot()) != null) {
            checks++;
        }
        assertThat(checks).isEqualTo(IceSettings.DEFAULT.maxPaths());
        check(full, A, ours, false);
        assertThat(events(full)).contains(new IceEvent.PathClaimed(A, PathClaim.PROVEN));
    }

    /** Answers to checks that were never sent, by anyone, and valid checks without end, by the peer, leave nothing. */
    @Test
    void madeUpTransactionsLeaveNothingBehind() {
        IceAgent full = agent(IceAgent.Mode.CONTROLLED, ours);
        full.onRemoteCredentials(nowNs, theirs);
        full.onRemoteCandidate(nowNs, A, 1);
        events(full);
        full.pollTransmit(new Slot());
        byte[] id = new byte[12];
        for (int i = 0; i < 1000; i++) {
            byte[] answer = new byte[200];
            random.nextBytes(id);
            int len = new StunWriter()
                    .begin(answer, 0, StunMessage.BINDING_SUCCESS, id)
                    .finish(new StunIntegrity(theirs.password()));
            assertThat(full.onStun(nowNs, A, answer, 0, len)).isFalse();
        }
        assertThat(events(full)).isEmpty();
        assertThat(full.pollTransmit(new Slot())).isNull();
        assertThat(full.isConnected()).isFalse();
    }

    @Test
    void fullAgentsConnectAndKeepConsent() {
        IceAgent controlled = agent(IceAgent.Mode.CONTROLLED, ours);
        IceAgent controlling = agent(IceAgent.Mode.CONTROLLING, theirs);
        connect(controlled, controlling);
        assertThat(controlled.isConnected()).isTrue();
        assertThat(controlling.isConnected()).isTrue();
        runMs(controlled, controlling, 40_000);
        assertThat(controlled.isConnected()).isTrue();
        assertThat(controlling.isConnected()).isTrue();
        controlling.close();
        runMs(controlled, controlling, 16_000);
        assertThat(events(controlled)).contains(new IceEvent.Lost());
    }

    /**
     * Traffic that came on another pair than the one that checks had chosen moved us there, where nothing was checked: Go
     * and Firefox clients on hosts with several addresses were sent away after fifteen seconds.
     */
    @Test
    void consentFollowsThePairThatTrafficChose() {
        IceAgent controlled = agent(IceAgent.Mode.CONTROLLED, ours);
        IceAgent controlling = agent(IceAgent.Mode.CONTROLLING, theirs);
        connect(controlled, controlling);
        check(controlling, C, theirs, false, false);
        pathOfFirst = C;
        runMs(controlled, controlling, 100); // the pair is checked, found good, and left alone
        controlling.onAuthenticatedTraffic(nowNs, C, true);
        assertThat(controlling.selectedPath()).isEqualTo(C);
        runMs(controlled, controlling, 60_000);
        assertThat(controlling.isConnected()).isTrue();
    }

    @Test
    void controllingAgentConnectsToALiteOne() {
        IceAgent lite = agent(IceAgent.Mode.LITE, ours);
        IceAgent controlling = agent(IceAgent.Mode.CONTROLLING, theirs);
        connect(lite, controlling);
        assertThat(lite.isConnected()).isTrue();
        assertThat(controlling.isConnected()).isTrue();
    }

    /**
     * A transaction that never was had the id zero, so that a participant's answer with that id and its own password
     * counted: as consent, and as a pair to be checked for ever.
     */
    @Test
    void aLiteAgentAskedNothingAndTakesNoAnswer() {
        IceAgent lite = agent(IceAgent.Mode.LITE, ours);
        lite.onRemoteCredentials(nowNs, theirs);
        check(lite, A, ours, true);
        long closesAtNs = lite.nextDeadlineNs();
        nowNs += 10_000 * MS;
        byte[] buf = new byte[100];
        int len = new StunWriter()
                .begin(buf, 0, StunMessage.BINDING_SUCCESS, new byte[StunMessage.TRANSACTION_ID_BYTES])
                .finish(new StunIntegrity(theirs.password()));
        assertThat(lite.onStun(nowNs, A, buf, 0, len)).isFalse();
        assertThat(lite.nextDeadlineNs()).isEqualTo(closesAtNs);
    }

    @Test
    void aRoleConflictIsSettledByTheTieBreaker() {
        for (IceAgent.Mode both : List.of(IceAgent.Mode.CONTROLLING, IceAgent.Mode.CONTROLLED)) {
            IceAgent one = agent(both, ours);
            IceAgent other = agent(both, theirs);
            connect(one, other);
            assertThat(one.isConnected()).as("%s", both).isTrue();
            assertThat(other.isConnected()).as("%s", both).isTrue();
        }
    }

    private IceAgent agent(IceAgent.Mode mode, IceCredentials local) {
        return new IceAgent(mode, local, IceSettings.DEFAULT, random, nowNs);
    }

    /** The first agent is reached by path A, the second by path B. */
    private void connect(IceAgent first, IceAgent second) {
        first.onRemoteCredentials(nowNs, second.local());
        second.onRemoteCredentials(nowNs, first.local());
        second.onRemoteCandidate(nowNs, A, 100);
        first.onRemoteCandidate(nowNs, B, 100);
        runMs(first, second, 2000);
    }

    private void runMs(IceAgent first, IceAgent second, long ms) {
        for (long end = nowNs + ms * MS; nowNs < end; nowNs += 10 * MS) {
            first.onDeadline(nowNs);
            second.onDeadline(nowNs);
            for (int i = 0; i < 4; i++) {
                carry(first, second, pathOfFirst);
                carry(second, first, B);
            }
        }
    }

    private void carry(IceAgent from, IceAgent to, Path source) {
        Slot slot = new Slot();
        while (from.pollTransmit(slot) != null) {
            to.onStun(nowNs, source, Arrays.copyOf(slot.bytes, slot.bytes.length), Slot.HEADROOM, slot.length);
        }
    }

    private boolean check(IceAgent agent, Path from, IceCredentials credentials, boolean nominate) {
        return check(agent, from, credentials, nominate, true);
    }

    private boolean check(
            IceAgent agent, Path from, IceCredentials credentials, boolean nominate, boolean isControlling) {
        byte[] buf = new byte[300];
        byte[] id = new byte[12];
        random.nextBytes(id);
        StunWriter writer = new StunWriter()
                .begin(buf, 0, StunMessage.BINDING_REQUEST, id)
                .username(credentials.ufrag() + ":peer")
                .priority(1)
                .role(isControlling, 1);
        if (nominate) {
            writer.useCandidate();
        }
        return agent.onStun(nowNs, from, buf, 0, writer.finish(new StunIntegrity(credentials.password())));
    }

    private static List<IceEvent> events(IceAgent agent) {
        List<IceEvent> events = new ArrayList<>();
        for (IceEvent event = agent.pollEvent(); event != null; event = agent.pollEvent()) {
            events.add(event);
        }
        return events;
    }
}
