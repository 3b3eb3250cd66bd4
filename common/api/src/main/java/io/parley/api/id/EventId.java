// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.id;

import java.util.random.RandomGenerator;

/** Something that happened. LiveKit's form: EV_ and twelve random characters. */
public record EventId(String value) {
    public static EventId random(RandomGenerator random) {
        return new EventId(Sids.random("EV_", random));
    }

    @Override
    public String toString() {
        return value;
    }
}
