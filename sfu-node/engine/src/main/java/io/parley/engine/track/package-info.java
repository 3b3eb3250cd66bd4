/**
 * What is published and what is received: rings of payloads, and each subscriber's view of them.
 */
@NullMarked
package io.parley.engine.track;

import org.jspecify.annotations.NullMarked;
