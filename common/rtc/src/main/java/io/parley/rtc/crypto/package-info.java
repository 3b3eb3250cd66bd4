/**
 * The ciphers that SRTP and the DTLS record layer need, as a port with two providers: OpenSSL's libcrypto through the
 * foreign-function API (key schedule kept, nothing allocated per packet) and the JDK's own.
 *
 * <p>A cipher belongs to the thread of the peer that uses it.
 */
@NullMarked
package io.parley.rtc.crypto;

import org.jspecify.annotations.NullMarked;
