/**
 * Which of a track's layers a subscriber gets.
 */
@NullMarked
package io.parley.engine.layer;

import org.jspecify.annotations.NullMarked;
