// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import java.util.List;
import livekit.LivekitModels.ParticipantPermission;
import livekit.LivekitModels.TrackSource;

/** LiveKit's ParticipantPermission: what a participant may do. */
record PermissionResource(
        @Field(value = "Subscribe to tracks.", example = "true")
        boolean canSubscribe,

        @Field(value = "Publish tracks.", example = "true") boolean canPublish,
        @Field(value = "Send data.", example = "true") boolean canPublishData,

        @Field(value = "Sources that it may publish; none listed means any.", example = "[\"camera\", \"microphone\"]")
        List<TrackSource> canPublishSources,

        @Field(value = "Change its own name, metadata and attributes.", example = "false")
        boolean canUpdateMetadata,

        @Field(value = "Get metrics of the others.", example = "false")
        boolean canSubscribeMetrics,

        @Field(value = "Control the sessions of agents.", example = "false")
        boolean canManageAgentSession,

        @Field(value = "Be there without the others seeing it.", example = "false")
        boolean hidden) {
    static PermissionResource of(ParticipantPermission permission) {
        return new PermissionResource(
                permission.getCanSubscribe(),
                permission.getCanPublish(),
                permission.getCanPublishData(),
                permission.getCanPublishSourcesList(),
                permission.getCanUpdateMetadata(),
                permission.getCanSubscribeMetrics(),
                permission.getCanManageAgentSession(),
                permission.getHidden());
    }
}
