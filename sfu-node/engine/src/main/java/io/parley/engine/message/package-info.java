/**
 * What homes, seats and shards say to each other. Immutable: these cross threads, and will cross nodes.
 */
@NullMarked
package io.parley.engine.message;

import org.jspecify.annotations.NullMarked;
