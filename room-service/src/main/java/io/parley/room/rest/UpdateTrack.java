// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

/** What of a track may be changed. */
record UpdateTrack(
        @Field(value = "Whether the server holds it back for its publisher.", example = "true")
        Boolean muted) {}
