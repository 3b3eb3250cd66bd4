// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import io.parley.api.agent.AgentLimits;
import io.parley.api.room.IdentityPolicy;
import java.util.List;
import livekit.LivekitRoom.CreateRoomRequest;
import org.jspecify.annotations.Nullable;

/** Settings of a new room; what is absent is as the server's configuration has it. */
record CreateRoom(
        @Field(value = "What it is called.", example = "demo", min = 1)
        String name,

        @Field(value = "Which of the server's configurations it is made with, where this says nothing else.") @Nullable
        String roomPreset,

        @Field(value = "For participants to read.", example = "{\"topic\":\"tea\"}") @Nullable
        String metadata,

        @Field(value = "Seconds that it waits for its first participant.", example = "600") @Nullable
        Integer emptyTimeout,

        @Field("Seconds that it outlives its last participant.") @Nullable
        Integer departureTimeout,

        @Field(value = "How many may be in it, without agents and recorders.", example = "20") @Nullable
        Integer maxParticipants,

        @Field(
                value = "Milliseconds after which pictures are shown at the earliest, where the browser can.",
                max = 40_950)
        @Nullable
        Integer minPlayoutDelay,

        @Field(value = "And at the latest.", max = 40_950) @Nullable
        Integer maxPlayoutDelay,

        @Field("Whether a participant's tracks of one stream are played in step.") @Nullable
        Boolean syncStreams,

        @Field(
                value =
                        "What becomes of a newcomer whose identity is in the room already: whoever is there is sent away, the"
                                + " newcomer is refused, or its identity gets a number (alice#2).",
                example = "reject")
        @Nullable
        IdentityPolicy identityPolicy,

        @Field(
                value = "Agents that it starts with; a room that is there keeps its own.",
                max = AgentLimits.MAX_DISPATCHES)
        @Nullable
        List<CreateDispatch> agents,

        @Field(
                value =
                        "Where its events go until it is over; a room that is there keeps its own. Not for tokens with roomJoin.",
                max = RoomWebhooks.MAX_OF_ROOM)
        @Nullable
        List<CreateRoomWebhook> webhooks) {
    CreateRoomRequest toRequest() {
        CreateRoomRequest.Builder request = CreateRoomRequest.newBuilder().setName(name);
        if (roomPreset != null) {
            request.setRoomPreset(roomPreset);
        }
        if (metadata != null) {
            request.setMetadata(metadata);
        }
        if (emptyTimeout != null) {
            request.setEmptyTimeout(emptyTimeout);
        }
        if (departureTimeout != null) {
            request.setDepartureTimeout(departureTimeout);
        }
        if (maxParticipants != null) {
            request.setMaxParticipants(maxParticipants);
        }
        if (minPlayoutDelay != null) {
            request.setMinPlayoutDelay(minPlayoutDelay);
        }
        if (maxPlayoutDelay != null) {
            request.setMaxPlayoutDelay(maxPlayoutDelay);
        }
        if (syncStreams != null) {
            request.setSyncStreams(syncStreams);
        }
        if (identityPolicy != null) {
            request.putTags(IdentityPolicy.TAG, identityPolicy.word());
        }
        if (agents != null) {
            request.addAllAgents(
                    agents.stream().map(CreateDispatch::toRoomDispatch).toList());
        }
        return request.build();
    }
}
