/**
 * Tracks between the seat shards of one room.
 */
@NullMarked
package io.parley.engine.relay;

import org.jspecify.annotations.NullMarked;
