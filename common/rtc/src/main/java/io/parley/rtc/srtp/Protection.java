// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.srtp;

import io.parley.rtc.crypto.Ciphers;

/**
 * The cryptographic transform of one direction. Packets lie in {@code buf} from {@code off}; sealing needs 20 bytes
 * behind them. Opening returns the plain length, or -1 if the packet does not authenticate.
 */
interface Protection extends AutoCloseable {
    /** @param index 48 bits, ROC and SEQ (RFC 3711 s.3.3.1) */
    int sealRtp(byte[] buf, int off, int headerLen, int len, int ssrc, long index);

    int openRtp(byte[] buf, int off, int headerLen, int len, int ssrc, long index);

    /** @param index 31-bit SRTCP index */
    int sealRtcp(byte[] buf, int off, int len, int ssrc, int index);

    /** The index in the trailer, or -1 if the packet is too short or not encrypted. */
    int rtcpIndex(byte[] buf, int off, int len);

    int openRtcp(byte[] buf, int off, int len, int ssrc, int index);

    @Override
    void close();

    static Protection of(MasterKey master, Ciphers ciphers, boolean forSealing) {
        return master.profile().isAead()
                ? new GcmProtection(master, ciphers, forSealing)
                : new CounterModeProtection(master, ciphers);
    }
}
