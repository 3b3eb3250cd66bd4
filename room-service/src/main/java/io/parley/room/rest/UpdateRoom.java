// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import livekit.LivekitRoom.UpdateRoomMetadataRequest;

/** What of a room may be changed. */
record UpdateRoom(
        @Field(value = "For participants to read.", example = "{\"topic\":\"coffee\"}")
        String metadata) {
    UpdateRoomMetadataRequest toRequest(String room) {
        return UpdateRoomMetadataRequest.newBuilder()
                .setRoom(room)
                .setMetadata(metadata)
                .build();
    }
}
