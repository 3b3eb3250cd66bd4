// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.sctp;

/**
 * @param port of both sides (RFC 8841)
 * @param maxPacket largest packet in bytes, a multiple of 4; DTLS and UDP come on top
 * @param receiveWindow bytes that the peer may have under way to us
 * @param maxStreams streams in each direction; stream ids are below it
 * @param maxMessage largest message in bytes that the peer may send, as descriptions say (RFC 8841 s.6); Pion sends
 *     65,536 bytes whatever they say
 */
public record SctpSettings(int port, int maxPacket, int receiveWindow, int maxStreams, int maxMessage) {
    /** What WebRTC agrees on, in datagrams of at most 1,200 bytes. */
    public static final SctpSettings DEFAULT = new SctpSettings(5000, 1160, 1 << 20, 1024, 1 << 16);
}
