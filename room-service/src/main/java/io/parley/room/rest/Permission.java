// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.token.Grants;
import io.parley.api.token.VideoGrant;

/** What a token has to allow: LiveKit's grants, checked before anything of a request's body is read. */
enum Permission {
    ROOM_CREATE("roomCreate"),
    ROOM_LIST("roomList"),
    ROOM_ADMIN("roomAdmin for this room"),
    ROOM_READ("roomList, or roomAdmin for this room"),

    /** Clients that may make rooms have tokens with roomJoin: what concerns all rooms is not theirs to do. So is the next. */
    WEBHOOK_ADMIN("roomCreate, without roomJoin"),
    NODE_ADMIN("roomCreate and roomList, without roomJoin");

    private final String words;

    Permission(String words) {
        this.words = words;
    }

    /** As sentences name it. */
    String words() {
        return words;
    }

    /**
     * What a token grants, if that is enough.
     *
     * @param room of the path, or ""
     * @throws ApiError PERMISSION_DENIED
     */
    VideoGrant check(Grants grants, String room) {
        VideoGrant grant = grants.video();
        if (grant == null) {
            throw denied();
        }
        check(grant, room);
        return grant;
    }

    /** @throws ApiError PERMISSION_DENIED */
    void check(VideoGrant grant, String room) {
        if (!isIn(grant, room)) {
            throw denied();
        }
    }

    private ApiError denied() {
        return ApiError.ofCaller(ErrorCode.PERMISSION_DENIED, "the token does not grant " + words);
    }

    private boolean isIn(VideoGrant grant, String room) {
        boolean administers = grant.roomAdmin() && grant.room().equals(room);
        return switch (this) {
            case ROOM_CREATE -> grant.roomCreate();
            case ROOM_LIST -> grant.roomList();
            case ROOM_ADMIN -> administers;
            case ROOM_READ -> grant.roomList() || administers;
            case WEBHOOK_ADMIN -> grant.roomCreate() && !grant.roomJoin();
            case NODE_ADMIN -> grant.roomCreate() && grant.roomList() && !grant.roomJoin();
        };
    }
}
