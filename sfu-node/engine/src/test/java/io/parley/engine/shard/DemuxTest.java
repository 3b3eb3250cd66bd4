// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.rtc.buf.Path;
import io.parley.rtc.ice.PathClaim;
import io.parley.rtc.stun.StunIntegrity;
import io.parley.rtc.stun.StunMessage;
import io.parley.rtc.stun.StunWriter;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DemuxTest {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final Path PATH = new Path(1, new InetSocketAddress("192.0.2.1", 1000));

    /** Until when a peer's media holds its paths. */
    private final Map<String, Long> inUseUntilNs = new HashMap<>();

    private final Demux<String> demux = new Demux<>((peer, path, nowNs) -> inUseUntilNs.getOrDefault(peer, 0L) > nowNs);
    private final byte[] media = {(byte) 0x80, 111, 0, 1};

    @Test
    void mediaGoesToWhoProvedThePath() {
        add("alice");
        assertThat(owner()).isNull();
        demux.claim(0, PATH, "alice", PathClaim.PROVEN);
        assertThat(owner()).isEqualTo("alice");
    }

    @Test
    void aCheckGoesToThePeerThatItNames() {
        add("alice");
        add("bob");
        demux.claim(0, PATH, "alice", PathClaim.PROVEN);
        byte[] check = new byte[200];
        int len = new StunWriter()
                .begin(check, 0, StunMessage.BINDING_REQUEST, new byte[12])
                .username("bob 1:them")
                .finish(new StunIntegrity("any"));
        assertThat(demux.find(1, PATH.remote(), check, 0, len)).isEqualTo(new Demux.Binding<>(PATH, "bob"));
        assertThat(owner()).isEqualTo("alice");
    }

    /** Taken by whoever has a token and sends a check from the owner's address; see the agent's part of it. */
    @Test
    void anOwnerTakesItsPathBackWithItsNextCheck() {
        add("alice");
        add("bob");
        demux.claim(0, PATH, "alice", PathClaim.PROVEN);
        demux.claim(0, PATH, "bob", PathClaim.PROVEN);
        assertThat(owner()).isEqualTo("bob");
        demux.claim(0, PATH, "alice", PathClaim.PROVEN);
        assertThat(owner()).isEqualTo("alice");
        demux.remove("bob");
        assertThat(owner()).isEqualTo("alice");
    }

    /** A guest with credentials of its own and a forged source address must not cut off a call. */
    @Test
    void aPathInUseIsNotTaken() {
        add("alice");
        add("bob");
        demux.claim(0, PATH, "alice", PathClaim.PROVEN);
        inUseUntilNs.put("alice", SECOND_NS);
        demux.claim(SECOND_NS - 1, PATH, "bob", PathClaim.PROVEN);
        assertThat(owner()).isEqualTo("alice");
        demux.claim(SECOND_NS, PATH, "bob", PathClaim.PROVEN);
        assertThat(owner()).isEqualTo("bob");
    }

    /** Whoever has a token may name anybody's address as its candidate. */
    @Test
    void aCandidateThatIsOnlyNamedTakesNobodysPath() {
        add("alice");
        add("bob");
        demux.claim(0, PATH, "alice", PathClaim.PROVEN);
        demux.claim(0, PATH, "bob", PathClaim.NAMED);
        demux.claim(0, PATH, "bob", PathClaim.DROPPED);
        assertThat(owner()).isEqualTo("alice");
        demux.claim(0, PATH, "alice", PathClaim.DROPPED);
        demux.claim(0, PATH, "bob", PathClaim.NAMED);
        assertThat(owner()).isEqualTo("bob");
    }

    /** Each restart of a client's ICE left one more fragment for the life of its seat. */
    @Test
    void forgetsTheFragmentsThatNoAgentAnswersTo() {
        add("alice");
        demux.claim(0, PATH, "alice", PathClaim.PROVEN);
        for (int i = 0; i < 1000; i++) {
            demux.addUfrag("restart " + i, "alice");
        }
        assertThat(demux.size()).isEqualTo(1 + Demux.MAX_UFRAGS);
        demux.remove("alice");
        assertThat(demux.size()).isZero();
    }

    @Test
    void whoIsGoneClaimsNothing() {
        add("alice");
        demux.remove("alice");
        demux.claim(0, PATH, "alice", PathClaim.PROVEN);
        assertThat(demux.size()).isZero();
    }

    private void add(String peer) {
        demux.addUfrag(peer + " 1", peer);
    }

    private @Nullable String owner() {
        Demux.Binding<String> binding = demux.find(1, PATH.remote(), media, 0, media.length);
        return binding == null ? null : binding.peer();
    }
}
