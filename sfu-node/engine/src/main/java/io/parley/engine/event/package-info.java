/**
 * What happened in a room, one event for each change of its state: what the log says, metrics count, and whoever keeps
 * events stores. The room's home makes them, in the order of the room.
 */
@NullMarked
package io.parley.engine.event;

import org.jspecify.annotations.NullMarked;
