// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.datachannel;

/** What the messages of a stream are (RFC 8831 s.8). */
public final class PayloadProtocol {
    /** Data channel establishment. */
    public static final int DCEP = 50;

    public static final int STRING = 51;
    public static final int BINARY = 53;

    /** SCTP has no empty messages: an empty string or array travels as one byte under a number of its own. */
    public static final int EMPTY_STRING = 56;

    public static final int EMPTY_BINARY = 57;

    private PayloadProtocol() {}

    public static boolean isEmpty(int ppid) {
        return ppid == EMPTY_STRING || ppid == EMPTY_BINARY;
    }
}
