// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import java.util.List;
import livekit.LivekitModels.Room;
import org.jspecify.annotations.Nullable;

/** A page of rooms. */
record RoomList(
        @Field("The oldest first.") List<RoomResource> rooms,

        @Field("The pageToken of the next page; absent on the last.") @Nullable
        String nextPageToken) {
    static RoomList of(Page<Room> page) {
        return new RoomList(page.items().stream().map(RoomResource::of).toList(), page.nextToken());
    }
}
