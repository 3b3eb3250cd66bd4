// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

/** A delivery that is on its way, to see whether it arrives. */
record WebhookTest(
        @Field(value = "The id of its event, by which its deliveries are found.", example = "EV_7jv4ZqVbXw2c")
        String event) {}
