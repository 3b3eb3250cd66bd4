// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.token;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/** LiveKit's default limits (limit.max_participant_name_length and its siblings) on what a participant says of itself. */
public final class ParticipantLimits {
    public static final int MAX_NAME_LENGTH = 256;
    public static final int MAX_METADATA_SIZE = 512 << 10;
    public static final int MAX_ATTRIBUTES_SIZE = 64 << 10;

    private ParticipantLimits() {}

    /** What counts against the limits: bytes, as clients get them. */
    public static int sizeOf(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** What counts against {@link #MAX_ATTRIBUTES_SIZE}: keys and values together. */
    public static int sizeOf(Map<String, String> attributes) {
        return attributes.entrySet().stream()
                .mapToInt(entry -> sizeOf(entry.getKey()) + sizeOf(entry.getValue()))
                .sum();
    }
}
