// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.id;

import java.util.random.RandomGenerator;

/** A worker that does agents' jobs, while it is connected. LiveKit's form: AW_ and twelve random characters. */
public record WorkerId(String value) {
    public static WorkerId random(RandomGenerator random) {
        return new WorkerId(Sids.random("AW_", random));
    }

    @Override
    public String toString() {
        return value;
    }
}
