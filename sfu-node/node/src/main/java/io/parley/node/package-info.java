/**
 * The process around the engine: shard loops, the signal streams of seats, the debug endpoint. Blocking and threads are
 * allowed here; the engine sees neither.
 */
@NullMarked
package io.parley.node;

import org.jspecify.annotations.NullMarked;
