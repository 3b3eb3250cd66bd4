// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.buf;

/**
 * Room for one datagram, preallocated and reused. A packet starts at {@link #HEADROOM}, so that a header can grow
 * in front of it; behind the largest packet {@link #TAILROOM} bytes are left for the SRTP tag and trailer.
 */
public final class Slot {
    public static final int HEADROOM = 64;
    public static final int TAILROOM = 64;

    /** The largest datagram that we read or write: one Ethernet frame. */
    public static final int MAX_PACKET = 1500;

    public static final int CAPACITY = HEADROOM + MAX_PACKET + TAILROOM;

    public final byte[] bytes = new byte[CAPACITY];

    /** Bytes in use from {@link #HEADROOM} on. */
    public int length;
}
