// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.signal;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.RoomName;
import io.parley.api.token.Grants;
import io.parley.api.token.Limit;
import io.parley.api.token.ParticipantLimits;
import io.parley.api.token.VideoGrant;
import io.parley.room.admin.RoomPresets;
import livekit.LivekitModels.ClientInfo;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRtc.JoinRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.util.MultiValueMap;

/** LiveKit's checks of a join, in LiveKit's order; shared by the WebSocket and by validate. */
final class JoinCheck {
    private JoinCheck() {}

    /**
     * @param grants of the verified token, or null without one
     * @param query of the request
     * @param isVersioned whether the path says v1, which makes the join_request mandatory
     * @throws ApiError with the status and text that LiveKit gives
     */
    static CheckedJoin check(
            @Nullable Grants grants,
            MultiValueMap<String, String> query,
            boolean isVersioned,
            ClientOrigin origin,
            RoomPresets presets,
            ParticipantLimits limits) {
        VideoGrant video = grants == null ? null : grants.video();
        if (grants == null || video == null || !video.roomJoin()) {
            throw ApiError.ofCaller(ErrorCode.UNAUTHENTICATED, "permissions denied");
        }
        if (grants.identity().isEmpty()) {
            throw ApiError.ofCaller(ErrorCode.INVALID_ARGUMENT, "identity cannot be empty");
        }
        limit("identity", grants.identity(), limits.identity());
        if (video.room().isEmpty()) {
            throw ApiError.ofCaller(ErrorCode.INVALID_ARGUMENT, "no room name");
        }
        limit("room name", video.room(), limits.roomName());
        boolean isSingle = isVersioned || query.containsKey("join_request");
        ConnectQuery connect = new ConnectQuery(query);
        Grants joining = grants;
        if (!isSingle && !connect.publish().isEmpty()) {
            if (!video.mayPublish()) {
                throw ApiError.ofCaller(ErrorCode.UNAUTHENTICATED, "permissions denied");
            }
            joining = grants.forPublishing(connect.publish());
            limit("identity", joining.identity(), limits.identity());
        }
        JoinRequest request = isSingle ? JoinRequests.decode(query.getFirst("join_request")) : connect.toJoinRequest();
        boolean changesSelf = !request.getMetadata().isEmpty() || request.getParticipantAttributesCount() > 0;
        if (changesSelf && !video.canUpdateOwnMetadata()) {
            throw ApiError.ofCaller(ErrorCode.UNAUTHENTICATED, "permissions denied");
        }
        limit("name", grants.name(), limits.name());
        limit("metadata", grants.metadata(), limits.metadata());
        limit("metadata", request.getMetadata(), limits.metadata());
        ClientInfo client = origin.complete(request.getClientInfo());
        CreateRoomRequest creation = RoomConfigurations.decode(grants, presets, limits);
        CheckedJoin join = new CheckedJoin(
                new RoomName(video.room()), joining, grants.identity(), client, isSingle, request, creation);
        limit("attributes", ParticipantLimits.sizeOf(join.attributes()), limits.attributes());
        return join;
    }

    private static void limit(String what, String text, Limit limit) {
        limit(what, ParticipantLimits.sizeOf(text), limit);
    }

    private static void limit(String what, int size, Limit limit) {
        if (limit.isExceededBy(size)) {
            throw ApiError.ofCaller(ErrorCode.INVALID_ARGUMENT, what + " exceeds the limit of " + limit);
        }
    }
}
