// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.crypto;

/** Makes ciphers. Choose once at start with {@link #best()}; tests run the vectors against every provider. */
public interface Ciphers {
    /** @param key 16 or 32 bytes */
    AeadCipher gcm(byte[] key, boolean forSealing);

    /** @param key 16 bytes */
    CounterCipher counter(byte[] key);

    HmacSha1 hmacSha1(byte[] key);

    /** What the start-up log says. */
    String description();

    /** libcrypto where it can be loaded, else the JDK's provider. */
    static Ciphers best() {
        return OpensslCiphers.isAvailable() ? new OpensslCiphers() : new JdkCiphers();
    }
}
