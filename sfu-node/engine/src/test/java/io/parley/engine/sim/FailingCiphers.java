// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.sim;

import io.parley.rtc.crypto.AeadCipher;
import io.parley.rtc.crypto.Ciphers;
import io.parley.rtc.crypto.CounterCipher;
import io.parley.rtc.crypto.HmacSha1;
import io.parley.rtc.rtcp.RtcpReader;

/** Ciphers of which some throw when a media packet is sealed: a bug in the packet path of one peer. */
final class FailingCiphers implements Ciphers {
    private final Ciphers real;
    private int made;

    /** Ciphers made before the first of these numbers, or after the last, are sound. */
    int failsFrom;

    int failsTo;

    /** Whether those throw for requests of key frames and not for media. */
    boolean failsOnPli;

    FailingCiphers(Ciphers real) {
        this.real = real;
    }

    /** How many were made. */
    int made() {
        return made;
    }

    @Override
    public AeadCipher gcm(byte[] key, boolean forSealing) {
        AeadCipher cipher = real.gcm(key, forSealing);
        int number = made++;
        return new AeadCipher() {
            @Override
            public void seal(byte[] nonce, byte[] aad, int aadOff, int aadLen, byte[] buf, int off, int len) {
                boolean isMedia =
                        aadOff > 0; // the header in its packet; RTCP and DTLS authenticate an array of their own
                boolean isPli = aadOff == 0 && (aad[1] & 0xFF) == RtcpReader.PAYLOAD_FEEDBACK;
                if ((failsOnPli ? isPli : isMedia) && number >= failsFrom && number < failsTo) {
                    throw new IllegalStateException("a bug");
                }
                cipher.seal(nonce, aad, aadOff, aadLen, buf, off, len);
            }

            @Override
            public boolean open(byte[] nonce, byte[] aad, int aadOff, int aadLen, byte[] buf, int off, int len) {
                return cipher.open(nonce, aad, aadOff, aadLen, buf, off, len);
            }

            @Override
            public void close() {
                cipher.close();
            }
        };
    }

    @Override
    public CounterCipher counter(byte[] key) {
        return real.counter(key);
    }

    @Override
    public HmacSha1 hmacSha1(byte[] key) {
        return real.hmacSha1(key);
    }

    @Override
    public String description() {
        return real.description();
    }
}
