/** Congestion control: what we tell publishers about their packets' arrival. */
@NullMarked
package io.parley.rtc.cc;

import org.jspecify.annotations.NullMarked;
