/**
 * Numbers of a forwarded packet: sequence, timestamp, and the picture ids inside VP8.
 */
@NullMarked
package io.parley.engine.rewrite;

import org.jspecify.annotations.NullMarked;
