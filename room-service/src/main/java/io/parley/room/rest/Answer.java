// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * What a call that succeeded is answered with.
 *
 * @param json the body, empty with 204
 * @param location of what was created, or null
 */
record Answer(HttpStatus status, byte[] json, @Nullable String location) {
    private static final Set<HttpMethod> READS = Set.of(HttpMethod.GET, HttpMethod.HEAD);
    static final String REPLAYED = "Idempotency-Replayed";
    static final Answer DONE = new Answer(HttpStatus.NO_CONTENT, new byte[0], null);

    static Answer of(Object resource) {
        return new Answer(HttpStatus.OK, Json.write(resource), null);
    }

    static Answer created(Object resource, String location) {
        return new Answer(HttpStatus.CREATED, Json.write(resource), location);
    }

    /** @param isRepeated whether it was given before, to the same idempotency key */
    Mono<ServerResponse> respond(ServerRequest request, boolean isRepeated) {
        if (READS.contains(request.method())) {
            String etag = '"' + Digest.of(json) + '"';
            return request.checkNotModified(etag)
                    .switchIfEmpty(Mono.defer(() -> ServerResponse.ok()
                            .eTag(etag)
                            .cacheControl(CacheControl.noCache().cachePrivate())
                            .contentType(MediaType.APPLICATION_JSON)
                            .bodyValue(json)));
        }
        ServerResponse.BodyBuilder response = ServerResponse.status(status);
        if (location != null) {
            response.header(HttpHeaders.LOCATION, location);
        }
        if (isRepeated) {
            response.header(REPLAYED, "true");
        }
        return json.length == 0
                ? response.build()
                : response.contentType(MediaType.APPLICATION_JSON).bodyValue(json);
    }
}
