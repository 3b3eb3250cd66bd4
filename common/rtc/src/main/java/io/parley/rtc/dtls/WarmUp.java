// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.dtls;

import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Handshakes of a process with itself at its start: the first one costs some 300 ms of class loading and curves. */
public final class WarmUp {
    private static final int HANDSHAKES = 2;
    private static final int SRTP_AEAD_AES_128_GCM = 0x0007;
    private static final long TIMEOUT_S = 10;

    private WarmUp() {}

    /** Blocks until done; for a thread that nobody waits for. @param wallMs now, milliseconds since 1970 */
    public static void run(long wallMs) throws InterruptedException {
        DtlsCertificate certificate = DtlsCertificate.generate(new SecureRandom(), wallMs);
        for (int i = 0; i < HANDSHAKES; i++) {
            handshake(certificate);
        }
    }

    private static void handshake(DtlsCertificate certificate) throws InterruptedException {
        Semaphore progress = new Semaphore(0);
        DtlsHandshake.Factory factory = BouncyCastleHandshake.factory();
        List<Integer> profiles = List.of(SRTP_AEAD_AES_128_GCM);
        DtlsHandshake server =
                factory.start(DtlsRole.SERVER, certificate, certificate.fingerprint(), profiles, progress::release);
        DtlsHandshake client =
                factory.start(DtlsRole.CLIENT, certificate, certificate.fingerprint(), profiles, progress::release);
        boolean isPending = true;
        while (isPending && progress.tryAcquire(TIMEOUT_S, TimeUnit.SECONDS)) {
            carry(client, server);
            carry(server, client);
            isPending = client.outcome() instanceof DtlsHandshake.Outcome.Pending;
        }
        client.close();
        server.close();
    }

    private static void carry(DtlsHandshake from, DtlsHandshake to) {
        for (byte[] datagram = from.pollTransmit(); datagram != null; datagram = from.pollTransmit()) {
            to.onDatagram(datagram, 0, datagram.length);
        }
    }
}
