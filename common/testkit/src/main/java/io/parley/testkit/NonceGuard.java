// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.testkit;

import io.parley.rtc.crypto.AeadCipher;
import io.parley.rtc.crypto.Ciphers;
import io.parley.rtc.crypto.CounterCipher;
import io.parley.rtc.crypto.HmacSha1;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;

/**
 * Ciphers that refuse to seal twice under one key and nonce: the invariant that no (key, SSRC, ROC, SEQ) is protected
 * twice, checked where it matters. Also counts ciphers that were not closed.
 */
public final class NonceGuard implements Ciphers {
    private final Ciphers real;
    private final Set<String> used = new HashSet<>();
    private int open;

    public NonceGuard(Ciphers real) {
        this.real = real;
    }

    /** Ciphers made and not closed yet. */
    public int openCiphers() {
        return open;
    }

    public int sealed() {
        return used.size();
    }

    @Override
    public AeadCipher gcm(byte[] key, boolean forSealing) {
        AeadCipher cipher = real.gcm(key, forSealing);
        String keyText = HexFormat.of().formatHex(key);
        open++;
        return new AeadCipher() {
            @Override
            public void seal(byte[] nonce, byte[] aad, int aadOff, int aadLen, byte[] buf, int off, int len) {
                if (!used.add(keyText + HexFormat.of().formatHex(nonce))) {
                    throw new AssertionError("nonce used twice: " + Arrays.toString(nonce));
                }
                cipher.seal(nonce, aad, aadOff, aadLen, buf, off, len);
            }

            @Override
            public boolean open(byte[] nonce, byte[] aad, int aadOff, int aadLen, byte[] buf, int off, int len) {
                return cipher.open(nonce, aad, aadOff, aadLen, buf, off, len);
            }

            @Override
            public void close() {
                open--;
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
