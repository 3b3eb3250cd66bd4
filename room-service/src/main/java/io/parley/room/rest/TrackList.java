// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import java.util.List;
import livekit.LivekitModels.ParticipantInfo;

/** The tracks that a participant publishes. */
record TrackList(
        @Field("In the order of their publication.") List<TrackResource> tracks) {
    static TrackList of(ParticipantInfo participant) {
        return new TrackList(
                participant.getTracksList().stream().map(TrackResource::of).toList());
    }
}
