// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import io.parley.edge.security.Caller;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;

/**
 * A request whose token allows it.
 *
 * @param apiKey of the token
 * @param body decoded and checked
 */
record Call<Q extends Record>(Caller caller, String apiKey, ServerRequest request, Q body) {
    /** The body of requests that have none. */
    record NoBody() {}

    String room() {
        return path("room");
    }

    String identity() {
        return path("identity");
    }

    /** A part of the path, decoded. */
    String path(String name) {
        return request.pathVariable(name);
    }

    @Nullable
    String query(Query query) {
        return request.queryParam(query.name()).orElse(null);
    }

    List<String> all(Query query) {
        return request.queryParams().getOrDefault(query.name(), List.of());
    }
}
