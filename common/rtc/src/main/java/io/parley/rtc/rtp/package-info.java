/** RTP packets (RFC 3550, RFC 8285) read and written in place. Sequence numbers and timestamps here are wire values. */
@NullMarked
package io.parley.rtc.rtp;

import org.jspecify.annotations.NullMarked;
