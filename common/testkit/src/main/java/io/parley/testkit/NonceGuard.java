// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.testkit;

import io.parley.rtc.buf.Bytes;
import io.parley.rtc.crypto.AeadCipher;
import io.parley.rtc.crypto.Ciphers;
import io.parley.rtc.crypto.CounterCipher;
import io.parley.rtc.crypto.HmacSha1;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Ciphers that refuse to seal twice under one key and nonce: the invariant that no (key, SSRC, ROC, SEQ) is protected
 * twice, checked where it matters. Also counts ciphers that were not closed.
 */
public final class NonceGuard implements Ciphers {
    private final Ciphers real;
    private final Set<Sealing> used = new HashSet<>();
    private final Map<ByteBuffer, Integer> keys = new HashMap<>();
    private int open;

    /** One use of a key, by its number, under the 4 and 8 bytes of a nonce: made for every packet of a simulation. */
    private record Sealing(int key, int nonceHead, long nonceTail) {}

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
        int keyNumber = keys.computeIfAbsent(ByteBuffer.wrap(key.clone()), unused -> keys.size());
        open++;
        return new AeadCipher() {
            @Override
            public void seal(byte[] nonce, byte[] aad, int aadOff, int aadLen, byte[] buf, int off, int len) {
                if (!used.add(new Sealing(keyNumber, Bytes.i32(nonce, 0), Bytes.i64(nonce, 4)))) {
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
