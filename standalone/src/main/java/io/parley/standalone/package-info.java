/** Every service in one process with in-memory adapters: the developer's default. */
@NullMarked
package io.parley.standalone;

import org.jspecify.annotations.NullMarked;
