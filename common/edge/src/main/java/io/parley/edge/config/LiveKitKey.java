// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.config;

import java.util.Set;

/**
 * One key of livekit-server's configuration, and what becomes of it here.
 *
 * @param name such as "rtc.udp_port"; {@code []} stands for any index, a last {@code *} for any names
 */
record LiveKitKey(String name, Fate fate) {
    /** What such a key says when it asks for nothing. */
    private static final Set<String> OFF = Set.of("", "false", "0");

    sealed interface Fate {
        /** @param ours the key that takes it, as the documentation names it */
        record Mapped(String ours, Translation translation) implements Fate {}

        /** The start goes on, and says why it made no difference. */
        record Ignored(String why) implements Fate {}

        /** Going on without it would open something, or lead nowhere. */
        record Refused(String why) implements Fate {}
    }

    /** From a value in LiveKit's form to ours. */
    @FunctionalInterface
    interface Translation {
        /**
         * @param name of the value, with the indexes and names that the key leaves open
         * @throws IllegalArgumentException saying what is allowed
         */
        void translate(LiveKitSettings settings, String name, String value, Target target);
    }

    /** Where our properties are put. */
    @FunctionalInterface
    interface Target {
        void put(String property, Object value);
    }

    static boolean asksForNothing(String value) {
        return OFF.contains(value);
    }

    boolean isOf(String given) {
        return name.endsWith("*")
                ? given.startsWith(name.substring(0, name.length() - 1))
                : name.equals(given.replaceAll("\\[\\d+]", "[]"));
    }
}
