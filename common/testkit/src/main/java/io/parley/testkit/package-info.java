/**
 * For tests only: a virtual clock, a simulated network, scripted peers, and the choice source that builds structured
 * input from a seed or from fuzz bytes.
 */
@NullMarked
package io.parley.testkit;

import org.jspecify.annotations.NullMarked;
