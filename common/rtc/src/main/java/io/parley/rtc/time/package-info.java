/** Time as a parameter: deadlines on a monotone nanosecond clock, NTP timestamps, extended sequence numbers. */
@NullMarked
package io.parley.rtc.time;

import org.jspecify.annotations.NullMarked;
