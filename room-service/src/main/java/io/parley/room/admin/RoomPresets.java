// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.admin;

import io.parley.api.agent.AgentLimits;
import io.parley.api.error.ApiError;
import io.parley.api.room.IdentityPolicy;
import io.parley.api.token.ParticipantLimits;
import java.util.Map;
import livekit.LivekitRoom.CreateRoomRequest;

/** Configurations of rooms by the names under which tokens and CreateRoom refer to them (LiveKit: room.room_configurations). */
public final class RoomPresets {
    public static final RoomPresets NONE = new RoomPresets(Map.of());

    /** Under which they are configured. */
    public static final String KEY = "parley.room.room-configurations";

    private final Map<String, CreateRoomRequest> byName;

    private RoomPresets(Map<String, CreateRoomRequest> byName) {
        this.byName = Map.copyOf(byName);
    }

    /** @throws IllegalArgumentException naming the one that no room could be made with */
    public static RoomPresets of(Map<String, CreateRoomRequest> byName, ParticipantLimits limits) {
        byName.forEach((name, preset) -> {
            try {
                check(preset, limits);
            } catch (ApiError e) {
                throw new IllegalArgumentException(KEY + "." + name + ": " + e.getMessage());
            }
        });
        return new RoomPresets(byName);
    }

    /** What any room is made with. @throws ApiError INVALID_ARGUMENT saying what is wrong */
    public static void check(CreateRoomRequest creation, ParticipantLimits limits) {
        if (limits.metadata().isExceededBy(creation.getMetadata())) {
            throw ApiError.ofLimit("metadata", "metadata size exceeds limits", limits.metadata());
        }
        AgentLimits.check(creation.getAgentsList(), limits);
        IdentityPolicy.check(creation.getTagsMap());
    }

    /**
     * The request with what its preset says where it says nothing itself; agents are those of one or the other.
     *
     * @throws ApiError INVALID_ARGUMENT for an unknown preset
     */
    public CreateRoomRequest applyTo(CreateRoomRequest request) {
        String name = request.getRoomPreset();
        if (name.isEmpty()) {
            return request;
        }
        CreateRoomRequest preset = byName.get(name);
        if (preset == null) {
            throw ApiError.ofArgument("room_preset", "\"" + name + "\" is unknown (" + KEY + ")");
        }
        CreateRoomRequest.Builder applied = preset.toBuilder();
        if (request.getAgentsCount() > 0) {
            applied.clearAgents();
        }
        return applied.mergeFrom(request).clearRoomPreset().build();
    }
}
