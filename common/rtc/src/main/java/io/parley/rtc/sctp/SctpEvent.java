// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.sctp;

import java.util.List;

/** What an association tells its owner. */
public sealed interface SctpEvent {
    /** Messages can flow. */
    record Established() implements SctpEvent {}

    /** The peer lost its state and began anew (RFC 9260 s.5.2.4.1): streams start from zero, what was queued is gone. */
    record Restarted() implements SctpEvent {}

    /** A whole message. @param ppid payload protocol identifier */
    record Message(int streamId, int ppid, byte[] payload) implements SctpEvent {}

    /** The peer reset streams that it sends on (RFC 6525 s.5.2.2). */
    record PeerReset(List<Integer> streamIds) implements SctpEvent {}

    /** Nothing follows. */
    record Closed(String reason) implements SctpEvent {}
}
