/**
 * SRTP and SRTCP (RFC 3711; AEAD: RFC 7714) on datagrams in place. One session has a sender and a receiver with a
 * master key each; every SSRC has its own rollover counter and replay window.
 */
@NullMarked
package io.parley.rtc.srtp;

import org.jspecify.annotations.NullMarked;
