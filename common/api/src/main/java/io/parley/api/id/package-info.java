/** Ids as types, with LiveKit's prefixes. */
@NullMarked
package io.parley.api.id;

import org.jspecify.annotations.NullMarked;
