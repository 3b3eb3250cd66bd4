// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.id;

import java.util.random.RandomGenerator;

/** One connection of a participant. LiveKit's form: PA_ and twelve random characters. */
public record ParticipantSid(String value) {
    public static ParticipantSid random(RandomGenerator random) {
        return new ParticipantSid(Sids.random("PA_", random));
    }

    @Override
    public String toString() {
        return value;
    }
}
