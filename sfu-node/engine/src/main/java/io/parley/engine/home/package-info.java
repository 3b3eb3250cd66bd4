/**
 * A room's authority: who is in it, what is published.
 */
@NullMarked
package io.parley.engine.home;

import org.jspecify.annotations.NullMarked;
