/** Per-stream state of a peer: what we lack and ask again for, what we report, what we sent and were told about it. */
@NullMarked
package io.parley.rtc.stream;

import org.jspecify.annotations.NullMarked;
