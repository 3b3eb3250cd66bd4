// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

/** Bytes a second, measured over a second or more. One thread at a time measures, any may read. */
final class TransferRate {
    private static final long SECOND_NS = 1_000_000_000L;

    private long sinceNs;
    private long bytesThen;
    private volatile long bytesPerSec;

    TransferRate(long nowNs) {
        this.sinceNs = nowNs;
    }

    /** @param bytes in all until now */
    void measure(long nowNs, long bytes) {
        long elapsedNs = nowNs - sinceNs;
        if (elapsedNs >= SECOND_NS) {
            bytesPerSec = (long) ((bytes - bytesThen) * (double) SECOND_NS / elapsedNs);
            bytesThen = bytes;
            sinceNs = nowNs;
        }
    }

    long bytesPerSec() {
        return bytesPerSec;
    }
}
