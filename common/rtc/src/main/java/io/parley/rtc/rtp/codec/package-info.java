/** Payload descriptors: what an SFU must know of a codec's payload without decoding it. */
@NullMarked
package io.parley.rtc.rtp.codec;

import org.jspecify.annotations.NullMarked;
