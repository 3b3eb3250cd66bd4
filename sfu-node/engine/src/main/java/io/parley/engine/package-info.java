/**
 * Rooms, tracks and forwarding, sans-IO: one shard's whole world. Time, datagrams and messages come in; datagrams, signal
 * responses and messages go out. One thread owns a shard and everything in it.
 */
@NullMarked
package io.parley.engine;

import org.jspecify.annotations.NullMarked;
