// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

/**
 * SSRCs of one connection, none of which comes twice, since the SRTP numbers under it may not: steps of an odd number lead
 * through all 2^32, so nothing need be remembered however often tracks come and go.
 */
final class SsrcSequence {
    private static final int STEP = 0x9E3779B9;

    private int last;

    /** @param start a random number */
    SsrcSequence(int start) {
        last = start;
    }

    int take() {
        last += STEP;
        if (last == 0) {
            last += STEP; // 0 is no SSRC
        }
        return last;
    }
}
