/** Adapters of a process that is the whole cluster. */
@NullMarked
package io.parley.cluster.memory;

import org.jspecify.annotations.NullMarked;
