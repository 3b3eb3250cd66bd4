/**
 * One remote peer: ICE, DTLS, SRTP and its streams over one set of 5-tuples. Owned by the peer's shard.
 */
@NullMarked
package io.parley.rtc.peer;

import org.jspecify.annotations.NullMarked;
