// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.crypto;

/** AES in counter mode under one key (RFC 3711 s.4.1.1); encrypting and decrypting are the same. */
public interface CounterCipher extends AutoCloseable {
    /** @param iv 16 bytes: the first counter block */
    void apply(byte[] iv, byte[] buf, int off, int len);

    @Override
    void close();
}
