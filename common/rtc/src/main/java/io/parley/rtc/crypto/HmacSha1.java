// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.crypto;

/** HMAC-SHA1 under one key. */
public interface HmacSha1 extends AutoCloseable {
    int MAC_BYTES = 20;

    /** Writes the whole 20-byte MAC to the start of {@code mac}. */
    void compute(byte[] buf, int off, int len, byte[] mac);

    @Override
    void close();
}
