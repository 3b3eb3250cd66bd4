// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

/** What a replay found. */
record ReplayedWebhooks(
        @Field(value = "Deliveries that are tried again.", example = "1")
        int replayed) {}
