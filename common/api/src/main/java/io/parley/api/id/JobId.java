// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.id;

import java.util.random.RandomGenerator;

/** A job of an agent. LiveKit's form: AJ_ and twelve random characters. */
public record JobId(String value) {
    public static JobId random(RandomGenerator random) {
        return new JobId(Sids.random("AJ_", random));
    }

    @Override
    public String toString() {
        return value;
    }
}
