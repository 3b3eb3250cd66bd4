// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import io.parley.api.room.IdentityPolicy;
import java.time.Instant;
import java.util.List;
import livekit.LivekitModels.Codec;
import livekit.LivekitModels.Room;

/** LiveKit's Room. */
record RoomResource(
        @Field(value = "What it is called.", example = "demo")
        String name,

        @Field(value = "Of this room, and of none before or after it under the same name.", example = "RM_4fRbUqE7aLwz")
        String sid,

        @Field(value = "When it was made.", example = "2026-01-31T12:00:00Z")
        Instant createdAt,

        @Field(value = "Whatever the application wrote, for participants to read.", example = "{\"topic\":\"tea\"}")
        String metadata,

        @Field(value = "Seconds that it waits for its first participant.", example = "300")
        int emptyTimeout,

        @Field(value = "Seconds that it outlives its last participant.", example = "20")
        int departureTimeout,

        @Field(value = "How many may be in it; 0 means no limit.", example = "20")
        int maxParticipants,

        @Field(value = "What becomes of a newcomer whose identity is in the room already.", example = "replace")
        IdentityPolicy identityPolicy,

        @Field(value = "Participants in it, without agents and recorders.", example = "2")
        int numParticipants,

        @Field(value = "Participants that publish.", example = "1")
        int numPublishers,

        @Field(value = "Whether it is being recorded.", example = "false")
        boolean activeRecording,

        @Field(value = "MIME types that may be published.", example = "[\"audio/opus\", \"video/VP8\"]")
        List<String> enabledCodecs) {
    static RoomResource of(Room room) {
        return new RoomResource(
                room.getName(),
                room.getSid(),
                Instant.ofEpochMilli(room.getCreationTimeMs()),
                room.getMetadata(),
                room.getEmptyTimeout(),
                room.getDepartureTimeout(),
                room.getMaxParticipants(),
                IdentityPolicy.ofRoom(room),
                room.getNumParticipants(),
                room.getNumPublishers(),
                room.getActiveRecording(),
                room.getEnabledCodecsList().stream().map(Codec::getMime).toList());
    }

    static Page.Position position(Room room) {
        return new Page.Position(room.getCreationTimeMs(), room.getName());
    }
}
