/**
 * The part of SDP that JSEP needs between WebRTC endpoints (RFC 8866, RFC 8829, RFC 9143 bundle, RFC 8851 rid, RFC 8853
 * simulcast) as a small typed model with a parser and a writer. Control path: parsed and written off the media loop.
 */
@NullMarked
package io.parley.rtc.sdp;

import org.jspecify.annotations.NullMarked;
