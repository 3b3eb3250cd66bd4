// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.shard;

import io.parley.engine.seat.SeatPeer;
import io.parley.rtc.buf.Outbox;
import io.parley.rtc.crypto.Ciphers;
import io.parley.rtc.dtls.DtlsCertificate;
import io.parley.rtc.dtls.DtlsHandshake;
import io.parley.rtc.ice.IceAgent;
import io.parley.rtc.ice.IceSettings;
import io.parley.rtc.peer.PeerCounters;
import io.parley.rtc.peer.PeerTransport;
import io.parley.rtc.sdp.IceCredentials;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Makes the transports of a shard's peers, of which all send through one outbox and count in one place. */
public final class PeerFactory {
    private final IceSettings iceSettings;
    private final DtlsHandshake.Factory handshakes;
    private final Supplier<DtlsCertificate> certificates;
    private final Ciphers ciphers;
    private final Outbox outbox;
    private final RandomGenerator random;
    private final PeerCounters counters = new PeerCounters();

    /** @param certificates gives a fresh certificate for each peer, from a pool */
    public PeerFactory(
            IceSettings iceSettings,
            DtlsHandshake.Factory handshakes,
            Supplier<DtlsCertificate> certificates,
            Ciphers ciphers,
            Outbox outbox,
            RandomGenerator random) {
        this.iceSettings = iceSettings;
        this.handshakes = handshakes;
        this.certificates = certificates;
        this.ciphers = ciphers;
        this.outbox = outbox;
        this.random = random;
    }

    /** @param wakeUp called from any thread when the handshake moved */
    PeerTransport open(long nowNs, SeatPeer peer, Runnable wakeUp) {
        IceAgent ice = new IceAgent(mode(peer), IceCredentials.random(random), iceSettings, random, nowNs);
        return new PeerTransport(ice, handshakes, certificates.get(), ciphers, outbox, counters, peer, wakeUp, random);
    }

    private static IceAgent.Mode mode(SeatPeer peer) {
        if (!peer.seat().join().needsFullIce()) {
            return IceAgent.Mode.LITE;
        }
        return peer.isOfferer() ? IceAgent.Mode.CONTROLLING : IceAgent.Mode.CONTROLLED;
    }

    /** Sends what the transports wrote. */
    void flush() {
        outbox.flush();
    }

    PeerCounters counters() {
        return counters;
    }
}
