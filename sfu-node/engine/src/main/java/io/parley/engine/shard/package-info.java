/**
 * All rooms of one loop: demultiplexing, messages, deadlines.
 */
@NullMarked
package io.parley.engine.shard;

import org.jspecify.annotations.NullMarked;
