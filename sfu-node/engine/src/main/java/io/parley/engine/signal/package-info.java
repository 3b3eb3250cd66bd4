/**
 * Signal requests in, signal responses out.
 */
@NullMarked
package io.parley.engine.signal;

import org.jspecify.annotations.NullMarked;
