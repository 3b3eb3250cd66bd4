/**
 * DTLS 1.2 for WebRTC (RFC 6347, RFC 5763, RFC 5764). BouncyCastle does the handshake, blocking, on one virtual thread
 * each, hidden behind {@link io.parley.rtc.dtls.DtlsHandshake}; records after it are handled here, on the loop, without
 * blocking. This is the only package of rtc that knows threads.
 */
@NullMarked
package io.parley.rtc.dtls;

import org.jspecify.annotations.NullMarked;
