// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import io.parley.api.room.RoomLimits;
import java.util.List;
import livekit.LivekitRoom.UpdateSubscriptionsRequest;

/** Tracks that a participant is to get, or to get no more. */
record UpdateSubscriptions(
        @Field(value = "Tracks of others.", example = "[\"TR_VCkq3dLwWvyoQx\"]", max = RoomLimits.MAX_TRACKS)
        List<String> trackSids,

        @Field(value = "Whether it gets them.", example = "true")
        Boolean subscribe) {
    UpdateSubscriptionsRequest toRequest(String room, String identity) {
        return UpdateSubscriptionsRequest.newBuilder()
                .setRoom(room)
                .setIdentity(identity)
                .addAllTrackSids(trackSids)
                .setSubscribe(subscribe)
                .build();
    }
}
