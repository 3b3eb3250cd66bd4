/** The directory in Redis. */
@NullMarked
package io.parley.cluster.redis;

import org.jspecify.annotations.NullMarked;
