// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.testkit;

import io.parley.rtc.dtls.DtlsHandshake;
import io.parley.rtc.dtls.DtlsKeys;
import io.parley.rtc.dtls.DtlsRole;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The simulation's twin of the BouncyCastle handshake: two messages in DTLS record framing, resent in virtual time, and
 * keys from a hash of both randoms. Proves who holds which end as little as a simulation needs: not at all.
 */
public final class ScriptedHandshake implements DtlsHandshake {
    private static final int RECORD_HEADER_BYTES = 13;
    private static final int RANDOM_BYTES = 16;
    private static final byte HELLO = 1;
    private static final byte FINISHED = 2;
    private static final long RESEND_MS = 100;

    private final Simulation simulation;
    private final DtlsRole role;
    private final int profile;
    private final byte[] random;
    private final Runnable onProgress;
    private final ArrayDeque<byte[]> outbound = new ArrayDeque<>();
    private Outcome outcome = PENDING;
    private boolean isClosed;

    public static Factory factory(Simulation simulation) {
        return factory(simulation, 0);
    }

    /** @param helloAfterMs how long clients wait before they begin */
    public static Factory factory(Simulation simulation, long helloAfterMs) {
        return (role, certificate, remote, profiles, onProgress) ->
                new ScriptedHandshake(simulation, role, profiles, onProgress, helloAfterMs);
    }

    private ScriptedHandshake(
            Simulation simulation, DtlsRole role, List<Integer> profiles, Runnable onProgress, long helloAfterMs) {
        this.simulation = simulation;
        this.role = role;
        this.profile = profiles.getFirst();
        this.random = simulation.choices().bytes(RANDOM_BYTES);
        this.onProgress = onProgress;
        if (role == DtlsRole.CLIENT && helloAfterMs == 0) {
            hello();
        } else if (role == DtlsRole.CLIENT) {
            simulation.after(helloAfterMs, this::hello);
        }
    }

    private void hello() {
        if (!isClosed && outcome instanceof Outcome.Pending) {
            outbound.add(record(HELLO));
            simulation.after(RESEND_MS, this::hello);
            simulation.after(0, onProgress);
        }
    }

    private byte[] record(byte type) {
        byte[] record = new byte[RECORD_HEADER_BYTES + 1 + RANDOM_BYTES];
        record[0] = 22;
        record[1] = (byte) 0xFE;
        record[2] = (byte) 0xFD;
        record[12] = 1 + RANDOM_BYTES;
        record[13] = type;
        System.arraycopy(random, 0, record, 14, RANDOM_BYTES);
        return record;
    }

    @Override
    public void onDatagram(byte[] buf, int off, int len) {
        if (len != RECORD_HEADER_BYTES + 1 + RANDOM_BYTES || !(outcome instanceof Outcome.Pending)) {
            return;
        }
        byte[] theirs = Arrays.copyOfRange(buf, off + 14, off + len);
        if (role == DtlsRole.SERVER && buf[off + 13] == HELLO) {
            byte[] finished = record(FINISHED);
            outbound.add(finished);
            outcome = new Outcome.Done(keys(theirs, random, List.of(finished)));
        } else if (role == DtlsRole.CLIENT && buf[off + 13] == FINISHED) {
            outcome = new Outcome.Done(keys(random, theirs, List.of()));
        }
    }

    private DtlsKeys keys(byte[] client, byte[] server, List<byte[]> lastFlight) {
        byte[] clientKey = derive("client key", client, server);
        byte[] serverKey = derive("server key", client, server);
        byte[] material = new byte[128];
        for (int i = 0; i < material.length; i += 32) {
            System.arraycopy(derive("srtp " + i, client, server), 0, material, i, 32);
        }
        boolean isClient = role == DtlsRole.CLIENT;
        byte[] iv = new byte[4];
        return new DtlsKeys(
                role,
                profile,
                material,
                Arrays.copyOf(isClient ? clientKey : serverKey, 16),
                iv,
                Arrays.copyOf(isClient ? serverKey : clientKey, 16),
                iv,
                1,
                lastFlight);
    }

    private static byte[] derive(String label, byte[] client, byte[] server) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(label.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            sha256.update(client);
            return sha256.digest(server);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public byte @Nullable [] pollTransmit() {
        return outbound.poll();
    }

    @Override
    public Outcome outcome() {
        return outcome;
    }

    @Override
    public void close() {
        isClosed = true;
    }
}
