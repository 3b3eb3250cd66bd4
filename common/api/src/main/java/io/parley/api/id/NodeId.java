// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.id;

import java.util.random.RandomGenerator;

/** A node of the cluster. LiveKit's form: ND_ and twelve random characters. */
public record NodeId(String value) {
    public static NodeId random(RandomGenerator random) {
        return new NodeId(Sids.random("ND_", random));
    }

    @Override
    public String toString() {
        return value;
    }
}
