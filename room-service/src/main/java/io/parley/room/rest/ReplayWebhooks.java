// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which dead deliveries are to be tried again. */
record ReplayWebhooks(
        @Field(
                value = "Ids of their events; absent for the oldest thousand.",
                example = "[\"EV_7jv4ZqVbXw2c\"]",
                max = 1_000)
        @Nullable
        List<String> events) {}
