// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import java.util.List;
import java.util.Map;
import livekit.LivekitModels.ParticipantPermission;
import livekit.LivekitModels.TrackSource;
import livekit.LivekitRoom.UpdateParticipantRequest;
import org.jspecify.annotations.Nullable;

/** What of a participant may be changed. */
record UpdateParticipant(
        @Field(value = "As people read it; \"\" leaves it as it is.", example = "Alice L.") @Nullable
        String name,

        @Field(value = "Whatever the application wants; \"\" leaves it as it is.", example = "{\"seat\":4}") @Nullable
        String metadata,

        @Field(value = "Attributes to set; \"\" removes one, others stay.", example = "{\"hand\": \"\"}") @Nullable
        Map<String, String> attributes,

        @Field("What it may do from now on, altogether.") @Nullable
        Permissions permission) {
    /** What is absent is not allowed. */
    record Permissions(
            @Field(value = "Subscribe to tracks.", example = "true")
            Boolean canSubscribe,

            @Field(value = "Publish tracks.", example = "false")
            Boolean canPublish,

            @Field(value = "Send data.", example = "true") Boolean canPublishData,

            @Field("Sources that it may publish; none listed means any.") @Nullable
            List<TrackSource> canPublishSources,

            @Field("Change its own name, metadata and attributes.") @Nullable
            Boolean canUpdateMetadata,

            @Field("Get metrics of the others.") @Nullable Boolean canSubscribeMetrics,

            @Field("Control the sessions of agents.") @Nullable
            Boolean canManageAgentSession,

            @Field("Be there without the others seeing it.") @Nullable
            Boolean hidden) {
        ParticipantPermission toPermission() {
            return ParticipantPermission.newBuilder()
                    .setCanSubscribe(canSubscribe)
                    .setCanPublish(canPublish)
                    .setCanPublishData(canPublishData)
                    .addAllCanPublishSources(canPublishSources == null ? List.of() : canPublishSources)
                    .setCanUpdateMetadata(Boolean.TRUE.equals(canUpdateMetadata))
                    .setCanSubscribeMetrics(Boolean.TRUE.equals(canSubscribeMetrics))
                    .setCanManageAgentSession(Boolean.TRUE.equals(canManageAgentSession))
                    .setHidden(Boolean.TRUE.equals(hidden))
                    .build();
        }
    }

    UpdateParticipantRequest toRequest(String room, String identity) {
        UpdateParticipantRequest.Builder request =
                UpdateParticipantRequest.newBuilder().setRoom(room).setIdentity(identity);
        if (name != null) {
            request.setName(name);
        }
        if (metadata != null) {
            request.setMetadata(metadata);
        }
        if (attributes != null) {
            request.putAllAttributes(attributes);
        }
        if (permission != null) {
            request.setPermission(permission.toPermission());
        }
        return request.build();
    }
}
