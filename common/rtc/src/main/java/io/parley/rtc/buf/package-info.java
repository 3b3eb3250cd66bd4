/**
 * Packet memory: slots with head- and tailroom, big-endian access, the outbox of a shard, and small primitive maps.
 *
 * <p>Everything here is owned by one thread, the shard's loop.
 */
@NullMarked
package io.parley.rtc.buf;

import org.jspecify.annotations.NullMarked;
