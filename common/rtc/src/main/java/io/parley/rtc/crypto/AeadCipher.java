// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.crypto;

/** AES-GCM with a 12-byte nonce and a 16-byte tag under one key in one direction. Native keys live until close. */
public interface AeadCipher extends AutoCloseable {
    int NONCE_BYTES = 12;
    int TAG_BYTES = 16;

    /** Encrypts {@code text} in place and writes the tag behind it. */
    void seal(byte[] nonce, byte[] aad, int aadOff, int aadLen, byte[] buf, int textOff, int textLen);

    /** Decrypts {@code textLen} bytes in place, the tag being behind them. @return false if it does not authenticate */
    boolean open(byte[] nonce, byte[] aad, int aadOff, int aadLen, byte[] buf, int textOff, int textLen);

    @Override
    void close();
}
