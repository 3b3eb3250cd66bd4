// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.id;

import java.util.random.RandomGenerator;

/** One life of a room. LiveKit's form: RM_ and twelve random characters. */
public record RoomSid(String value) {
    public static RoomSid random(RandomGenerator random) {
        return new RoomSid(Sids.random("RM_", random));
    }

    @Override
    public String toString() {
        return value;
    }
}
