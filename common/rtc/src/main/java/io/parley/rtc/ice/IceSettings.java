// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.ice;

/**
 * @param connectTimeoutNs from start, or from the loss of the peer, to a nomination
 * @param consentTimeoutNs a peer without a valid check for this long is lost (RFC 7675 allows up to 30 s)
 * @param maxPaths 5-tuples remembered for one peer; the stalest gives way
 */
public record IceSettings(long connectTimeoutNs, long consentTimeoutNs, int maxPaths) {
    private static final long SECOND_NS = 1_000_000_000L;

    public static final IceSettings DEFAULT = new IceSettings(30 * SECOND_NS, 15 * SECOND_NS, 16);
}
