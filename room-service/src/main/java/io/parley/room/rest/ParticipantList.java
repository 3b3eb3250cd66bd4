// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import java.util.List;
import livekit.LivekitModels.ParticipantInfo;
import org.jspecify.annotations.Nullable;

/** A page of participants. */
record ParticipantList(
        @Field("Who joined first comes first; hidden ones are here too.")
        List<ParticipantResource> participants,

        @Field("The pageToken of the next page; absent on the last.") @Nullable
        String nextPageToken) {
    static ParticipantList of(Page<ParticipantInfo> page) {
        return new ParticipantList(
                page.items().stream().map(ParticipantResource::of).toList(), page.nextToken());
    }
}
