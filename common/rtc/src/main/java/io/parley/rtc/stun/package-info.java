/** STUN messages (RFC 8489) as ICE uses them (RFC 8445): read in place, written in place, integrity and fingerprint. */
@NullMarked
package io.parley.rtc.stun;

import org.jspecify.annotations.NullMarked;
