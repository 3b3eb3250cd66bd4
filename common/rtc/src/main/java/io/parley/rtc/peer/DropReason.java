// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.peer;

/** Why a received packet went no further. Every early return of the packet path has its own. */
public enum DropReason {
    /** First byte is of no protocol on a WebRTC port (RFC 7983). */
    NOT_MULTIPLEXED,
    /** From an address that no peer owns, and no check with a known ufrag. */
    UNKNOWN_ADDRESS,
    /** A check that is malformed or does not authenticate. */
    STUN_REJECTED,
    /** No DTLS record that authenticates: forged, or a flight that the peer repeats; or nobody expects a handshake yet. */
    DTLS_REJECTED,
    /** Media before the handshake ended. */
    NO_KEYS,
    /** Not RTP or RTCP by its structure. */
    MALFORMED,
    /** Seen before or older than the replay window. */
    REPLAYED,
    /** The SRTP tag is wrong. */
    NOT_AUTHENTIC,
    /** More SSRCs than a peer may have in use. */
    TOO_MANY_SSRCS,
    /** No MID, SSRC or payload type ties the packet to a negotiated section. */
    UNBOUND,
    /** Its section has several streams, and no RID says which it is of. */
    NO_RID,
    /** A retransmission whose stream has not begun. */
    NOTHING_TO_REPAIR,
    /** Its payload type is not negotiated in its section. */
    UNKNOWN_PAYLOAD_TYPE,
    /** Padding only: probes and keep-alives. */
    PADDING,
    /** An SCTP packet that is broken, of another association, or asks for what doesn't fit into an answer. */
    SCTP_REFUSED,
    /** A NACK or a request for a key frame of a stream that we don't send, or don't any more. */
    UNKNOWN_STREAM
}
