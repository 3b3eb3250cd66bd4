/**
 * RTCP (RFC 3550 s.6, RFC 4585, RFC 5104, RFC 3611, transport-wide feedback) read and written in place.
 */
@NullMarked
package io.parley.rtc.rtcp;

import org.jspecify.annotations.NullMarked;
