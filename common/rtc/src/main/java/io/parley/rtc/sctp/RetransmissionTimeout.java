// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.sctp;

/** The retransmission timeout of the path (RFC 9260 s.6.3.1). */
final class RetransmissionTimeout {
    private static final long MS = 1_000_000L;
    private static final long INITIAL_NS = 500 * MS;

    /** Above the 200 ms for which peers may delay an acknowledgement. */
    private static final long MIN_NS = 250 * MS;

    private static final long MAX_NS = 10_000 * MS;

    private long smoothedNs;
    private long variationNs;
    private long rtoNs = INITIAL_NS;

    long ns() {
        return rtoNs;
    }

    /** A round trip of a chunk that was sent once. */
    void onRoundTrip(long rttNs) {
        if (smoothedNs == 0) {
            smoothedNs = rttNs;
            variationNs = rttNs / 2;
        } else {
            variationNs += (Math.abs(smoothedNs - rttNs) - variationNs) / 4;
            smoothedNs += (rttNs - smoothedNs) / 8;
        }
        rtoNs = Math.clamp(smoothedNs + 4 * variationNs, MIN_NS, MAX_NS);
    }

    void backOff() {
        rtoNs = Math.min(2 * rtoNs, MAX_NS);
    }
}
