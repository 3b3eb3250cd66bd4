// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.config;

import java.time.Duration;

/** Ranges of settings. What is outside stops the start with an IllegalArgumentException that names key, value and range. */
public final class Allowed {
    private static final int MAX_PORT = 65_535;

    private Allowed() {}

    /** 0 has a meaning of its own: a free port, or none. */
    public static void port(String key, int value) {
        range(key, value, 0, MAX_PORT);
    }

    public static void range(String key, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException("%s is %d: it may be %d to %d".formatted(key, value, min, max));
        }
    }

    public static void atLeast(String key, long value, long min) {
        if (value < min) {
            throw new IllegalArgumentException("%s is %d: it may be %d or more".formatted(key, value, min));
        }
    }

    /** 0 to 1. */
    public static void share(String key, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException("%s is %s: it may be 0 to 1".formatted(key, value));
        }
    }

    /** Up to what a timer of milliseconds in 31 bits takes. */
    public static void time(String key, Duration value, Duration min) {
        if (value.compareTo(min) < 0 || value.compareTo(Duration.ofMillis(Integer.MAX_VALUE)) > 0) {
            throw new IllegalArgumentException("%s is %ss: it may be %ss to 24 days"
                    .formatted(key, value.toMillis() / 1000.0, min.toMillis() / 1000.0));
        }
    }
}
