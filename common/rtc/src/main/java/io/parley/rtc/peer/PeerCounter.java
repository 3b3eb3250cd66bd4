// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.peer;

/** What is counted of the peers of a loop. Bytes are those of whole RTP packets, without SRTP's tag. */
public enum PeerCounter {
    /** RTP packets that came as they were first sent. */
    PACKETS_IN,
    BYTES_IN,
    /** RTP packets that came on an RTX stream: retransmissions and probes. */
    RTX_PACKETS_IN,
    RTX_BYTES_IN,
    /** RTP packets sent for the first time. */
    PACKETS_OUT,
    BYTES_OUT,
    /** RTP packets sent again because somebody asked. */
    RTX_PACKETS_OUT,
    RTX_BYTES_OUT,
    /** Packets that subscribers asked for again. */
    NACKS_IN,
    /** Packets that we asked publishers for again. Many, and packets are lost on their way here. */
    NACKS_OUT,
    /** Key frames that subscribers asked for. */
    PLIS_IN,
    /** Key frames that we asked publishers for. */
    PLIS_OUT
}
