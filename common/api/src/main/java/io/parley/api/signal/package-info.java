/** Signal responses that more than one service gives. */
@NullMarked
package io.parley.api.signal;

import org.jspecify.annotations.NullMarked;
