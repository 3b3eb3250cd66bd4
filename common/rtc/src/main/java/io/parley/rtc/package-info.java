/**
 * Sans-IO WebRTC. Every machine takes time and bytes in ({@code onX(nowNs, ...)}), gives bytes and events out
 * ({@code pollTransmit}, {@code pollEvent}), and names its next deadline ({@code nextDeadlineNs}): mutate once, then
 * drain. Nothing here starts a thread, reads a clock or opens a socket; the one sealed exception is the DTLS handshake.
 */
@NullMarked
package io.parley.rtc;

import org.jspecify.annotations.NullMarked;
