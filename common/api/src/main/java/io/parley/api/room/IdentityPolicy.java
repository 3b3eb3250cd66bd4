// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.room;

import com.google.protobuf.UnknownFieldSet;
import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import livekit.LivekitModels.Room;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a newcomer whose identity is in the room already. LiveKit knows one answer; ours are said by a tag of the
 * room, since every SDK can write these, and travel with its Room as a field that SDKs pass over.
 */
public enum IdentityPolicy {
    /** Whoever is there is sent away (LiveKit). */
    REPLACE,
    /** The newcomer is refused. */
    REJECT,
    /** The newcomer's identity gets a number: alice#2. */
    SUFFIX;

    /** Of CreateRoom and of a token's roomConfig. */
    public static final String TAG = "parley.identity";

    /** Of the message Room; far above LiveKit's. */
    private static final int ROOM_FIELD = 5_001;

    /** Null where the tags say nothing of it. */
    public static @Nullable IdentityPolicy of(Map<String, String> tags) {
        return named(tags.getOrDefault(TAG, ""));
    }

    /** @throws ApiError INVALID_ARGUMENT for a policy that there is not */
    public static void check(Map<String, String> tags) {
        String name = tags.get(TAG);
        if (name != null && named(name) == null) {
            throw ApiError.ofArgument(
                    "tags",
                    "may have as " + TAG + ": "
                            + Arrays.stream(values()).map(IdentityPolicy::word).collect(Collectors.joining(", ")));
        }
    }

    private static @Nullable IdentityPolicy named(String name) {
        for (IdentityPolicy policy : values()) {
            if (policy.word().equals(name)) {
                return policy;
            }
        }
        return null;
    }

    /** As it is written in tags. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Of a room as homes describe it. */
    public static IdentityPolicy ofRoom(Room room) {
        List<Long> values = room.getUnknownFields().getField(ROOM_FIELD).getVarintList();
        long number = values.isEmpty() ? 0 : values.getLast();
        return number > 0 && number < values().length ? values()[(int) number] : REPLACE;
    }

    /** The room with this policy. */
    public void describe(Room.Builder room) {
        UnknownFieldSet.Builder fields =
                UnknownFieldSet.newBuilder(room.getUnknownFields()).clearField(ROOM_FIELD);
        if (this != REPLACE) {
            fields.addField(
                    ROOM_FIELD,
                    UnknownFieldSet.Field.newBuilder().addVarint(ordinal()).build());
        }
        room.setUnknownFields(fields.build());
    }

    /**
     * What a newcomer is told who is not let in. Of refusals livekit-client shows those of 401 and 403 alone, and tries
     * others again.
     */
    public static ApiError taken(String identity) {
        return ApiError.ofCaller(
                ErrorCode.PERMISSION_DENIED,
                "a participant with the identity \"" + identity + "\" is in the room already");
    }
}
