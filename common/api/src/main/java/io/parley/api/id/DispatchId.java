// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.id;

import java.util.random.RandomGenerator;

/** An agent that is wanted in a room. LiveKit's form: AD_ and twelve random characters. */
public record DispatchId(String value) {
    public static DispatchId random(RandomGenerator random) {
        return new DispatchId(Sids.random("AD_", random));
    }

    @Override
    public String toString() {
        return value;
    }
}
