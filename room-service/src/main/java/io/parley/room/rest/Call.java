// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import io.parley.api.error.ApiError;
import io.parley.api.id.RoomName;
import io.parley.api.token.ParticipantLimits;
import io.parley.edge.security.Caller;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;

/**
 * A request whose token allows it.
 *
 * @param body decoded and checked
 */
record Call<Q extends Record>(Caller caller, ServerRequest request, Q body) {
    /** The body of requests that have none. */
    record NoBody() {}

    String room() {
        return path("room");
    }

    String identity() {
        return path("identity");
    }

    /** A part of the path, decoded; no name or id of ours is longer than a room's may be. */
    String path(String name) {
        return path(request, name);
    }

    static String path(ServerRequest request, String name) {
        String value = request.pathVariable(name);
        if (ParticipantLimits.sizeOf(value) > RoomName.MAX_LENGTH) {
            throw ApiError.ofArgument(name, "is longer than " + RoomName.MAX_LENGTH + " bytes");
        }
        return value;
    }

    @Nullable
    String query(Query query) {
        return request.queryParam(query.name()).orElse(null);
    }

    List<String> all(Query query) {
        return request.queryParams().getOrDefault(query.name(), List.of());
    }
}
