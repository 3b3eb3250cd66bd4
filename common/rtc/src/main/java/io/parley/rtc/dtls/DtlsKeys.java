// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.dtls;

import java.util.List;

/**
 * What a finished handshake leaves behind.
 *
 * @param srtpProfile number of the protection profile agreed on (RFC 5764 s.4.1.2)
 * @param srtpMaterial exporter output for that profile, cut as RFC 5764 s.4.2 says
 * @param writeKey record key of our direction, AES-128 or AES-256 by its length
 * @param writeIv 4 bytes of implicit nonce
 * @param nextWriteSequence first record number of epoch 1 that the handshake did not use
 * @param lastFlight our last datagrams, to be sent again if the peer repeats its own
 */
public record DtlsKeys(
        DtlsRole role,
        int srtpProfile,
        byte[] srtpMaterial,
        byte[] writeKey,
        byte[] writeIv,
        byte[] readKey,
        byte[] readIv,
        long nextWriteSequence,
        List<byte[]> lastFlight) {
    @Override
    public String toString() {
        return "DtlsKeys[" + role + ", profile " + srtpProfile + "]"; // never the keys
    }
}
