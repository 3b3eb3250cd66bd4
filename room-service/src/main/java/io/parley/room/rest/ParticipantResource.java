// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import livekit.LivekitModels.ParticipantInfo;

/** LiveKit's ParticipantInfo. */
record ParticipantResource(
        @Field(value = "Who it is, in its room.", example = "alice")
        String identity,

        @Field(value = "Of this stay in the room.", example = "PA_hAbqz7Ph8uoR")
        String sid,

        @Field(value = "As people read it.", example = "Alice")
        String name,

        @Field(value = "What it is.", example = "standard") ParticipantInfo.Kind kind,

        @Field(value = "How far it is connected.", example = "active")
        ParticipantInfo.State state,

        @Field(value = "When it joined.", example = "2026-01-31T12:00:05.250Z")
        Instant joinedAt,

        @Field(value = "Whatever the application wrote.", example = "{\"seat\":3}")
        String metadata,

        @Field(value = "The same, by key.", example = "{\"hand\": \"raised\"}")
        Map<String, String> attributes,

        @Field("What it may do.") PermissionResource permission,

        @Field(value = "Whether it publishes a track.", example = "true")
        boolean isPublisher,

        @Field("What it publishes.") List<TrackResource> tracks) {
    static ParticipantResource of(ParticipantInfo participant) {
        return new ParticipantResource(
                participant.getIdentity(),
                participant.getSid(),
                participant.getName(),
                participant.getKind(),
                participant.getState(),
                Instant.ofEpochMilli(participant.getJoinedAtMs()),
                participant.getMetadata(),
                participant.getAttributesMap(),
                PermissionResource.of(participant.getPermission()),
                participant.getIsPublisher(),
                participant.getTracksList().stream().map(TrackResource::of).toList());
    }

    static Page.Position position(ParticipantInfo participant) {
        return new Page.Position(participant.getJoinedAtMs(), participant.getIdentity());
    }
}
