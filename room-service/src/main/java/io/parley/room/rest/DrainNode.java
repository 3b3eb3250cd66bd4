// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How a node is drained. */
record DrainNode(
        @Field(
                value = "Seconds for which its rooms stay; 0, where it is absent, moves them at once.",
                example = "600",
                max = 604_800)
        @Nullable
        Integer deadlineSeconds) {
    Duration deadline() {
        return Duration.ofSeconds(deadlineSeconds == null ? 0 : deadlineSeconds);
    }
}
