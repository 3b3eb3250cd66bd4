/** Plain HTTP endpoints. */
@NullMarked
package io.parley.room.api;

import org.jspecify.annotations.NullMarked;
