/**
 * A participant's local side: its peer, its description, its publications and subscriptions.
 */
@NullMarked
package io.parley.engine.seat;

import org.jspecify.annotations.NullMarked;
