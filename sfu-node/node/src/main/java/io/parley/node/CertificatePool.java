// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import io.parley.rtc.dtls.DtlsCertificate;
import java.security.SecureRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Supplier;

/** Certificates made ahead by a thread of its own, so that the loop never makes one unless joins come in a burst. */
final class CertificatePool implements Supplier<DtlsCertificate>, AutoCloseable {
    private static final int SIZE = 64;

    private final SecureRandom random = new SecureRandom();
    private final ArrayBlockingQueue<DtlsCertificate> ready = new ArrayBlockingQueue<>(SIZE);
    private final Thread maker = Thread.ofVirtual().name("certificates").start(this::make);

    private void make() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                ready.put(DtlsCertificate.generate(random, System.currentTimeMillis()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public DtlsCertificate get() {
        DtlsCertificate certificate = ready.poll();
        return certificate != null ? certificate : DtlsCertificate.generate(random, System.currentTimeMillis());
    }

    @Override
    public void close() {
        maker.interrupt();
    }
}
