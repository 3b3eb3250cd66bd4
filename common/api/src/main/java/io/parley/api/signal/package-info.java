/** What more than one service knows of signalling: responses, and how clients of each version understand them. */
@NullMarked
package io.parley.api.signal;

import org.jspecify.annotations.NullMarked;
