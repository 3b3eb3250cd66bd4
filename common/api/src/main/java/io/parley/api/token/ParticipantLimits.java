// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.token;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * What rooms and participants may say of themselves, in bytes of UTF-8 (LiveKit: limit.max_room_name_length and its siblings).
 *
 * @param metadata of a room too
 * @param attributes keys and values together
 */
public record ParticipantLimits(Limit roomName, Limit identity, Limit name, Limit metadata, Limit attributes) {
    /** LiveKit's. */
    public static final ParticipantLimits DEFAULTS = of(256, 256, 256, 512 << 10, 64 << 10);

    /** Each 0 for no limit. */
    public static ParticipantLimits of(int roomName, int identity, int name, int metadata, int attributes) {
        return new ParticipantLimits(
                new Limit("parley.limit.max-room-name-length", roomName),
                new Limit("parley.limit.max-participant-identity-length", identity),
                new Limit("parley.limit.max-participant-name-length", name),
                new Limit("parley.limit.max-metadata-size", metadata),
                new Limit("parley.limit.max-attributes-size", attributes));
    }

    /** What counts against the limits: bytes, as clients get them. */
    public static int sizeOf(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** What counts against {@link #attributes}: keys and values together. */
    public static int sizeOf(Map<String, String> attributes) {
        return attributes.entrySet().stream()
                .mapToInt(entry -> sizeOf(entry.getKey()) + sizeOf(entry.getValue()))
                .sum();
    }
}
