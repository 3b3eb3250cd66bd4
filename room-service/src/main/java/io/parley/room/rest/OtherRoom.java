// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.token.VideoGrant;
import livekit.LivekitRoom.ForwardParticipantRequest;
import livekit.LivekitRoom.MoveParticipantRequest;

/** Where a participant is to be, or to be seen. */
record OtherRoom(
        @Field(value = "Its name; it is made if it is not there.", example = "hall", min = 1)
        String destinationRoom) {
    /** The same. @throws ApiError PERMISSION_DENIED if a token does not name it */
    OtherRoom grantedBy(VideoGrant grant) {
        if (!grant.destinationRoom().equals(destinationRoom)) {
            throw ApiError.ofCaller(
                    ErrorCode.PERMISSION_DENIED,
                    "the token does not grant destinationRoom for room " + destinationRoom);
        }
        return this;
    }

    MoveParticipantRequest toMove(String room, String identity) {
        return MoveParticipantRequest.newBuilder()
                .setRoom(room)
                .setIdentity(identity)
                .setDestinationRoom(destinationRoom)
                .build();
    }

    ForwardParticipantRequest toForward(String room, String identity) {
        return ForwardParticipantRequest.newBuilder()
                .setRoom(room)
                .setIdentity(identity)
                .setDestinationRoom(destinationRoom)
                .build();
    }
}
