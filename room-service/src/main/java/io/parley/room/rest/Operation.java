// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;

/**
 * One route: what it does, and what is said of it.
 *
 * @param path as OpenAPI and Spring both write it
 * @param id in the document, and so in clients that are made from it
 * @param summary a sentence
 * @param note what else there is to know, or ""
 * @param request of the body, or NoBody
 * @param response of the body, or null for none
 * @param statuses that tell of success
 * @param timeout by body, after which a call is given up
 */
record Operation<Q extends Record>(
        HttpMethod method,
        String path,
        String id,
        String summary,
        String note,
        Permission permission,
        List<Query> queries,
        Class<Q> request,
        @Nullable Class<? extends Record> response,
        List<HttpStatus> statuses,
        Function<Q, Duration> timeout,
        Handler<Q> handler) {
    private static final Duration TIMEOUT = Duration.ofSeconds(15);

    /** Does the work; refuses with {@link io.parley.api.error.ApiError}, thrown or as the stage's failure. */
    interface Handler<Q extends Record> {
        CompletionStage<Answer> handle(Call<Q> call);
    }

    /** Operations on one kind of thing. */
    record Group(String name, String about, List<Operation<?>> operations) {}

    boolean hasBody() {
        return request != Call.NoBody.class;
    }

    boolean isRead() {
        return method.equals(HttpMethod.GET);
    }

    /** Without a method that says by itself that a second time changes nothing. */
    boolean takesIdempotencyKey() {
        return method.equals(HttpMethod.POST) && hasBody();
    }

    boolean hasRoom() {
        return path.startsWith(RoomOperations.ROOM);
    }

    /** Whether its path names what may not be there. */
    boolean namesSomething() {
        return path.contains("{");
    }

    static Draft<Call.NoBody> get(String path, String id, Permission permission) {
        return new Draft<>(HttpMethod.GET, path, id, permission, Call.NoBody.class);
    }

    static <Q extends Record> Draft<Q> post(String path, String id, Permission permission, Class<Q> request) {
        return new Draft<>(HttpMethod.POST, path, id, permission, request);
    }

    static <Q extends Record> Draft<Q> patch(String path, String id, Permission permission, Class<Q> request) {
        return new Draft<>(HttpMethod.PATCH, path, id, permission, request);
    }

    static Draft<Call.NoBody> delete(String path, String id, Permission permission) {
        return new Draft<>(HttpMethod.DELETE, path, id, permission, Call.NoBody.class);
    }

    /** An operation of which the rest is still to be said. */
    static final class Draft<Q extends Record> {
        private final HttpMethod method;
        private final String path;
        private final String id;
        private final Permission permission;
        private final Class<Q> request;
        private String summary = "";
        private String note = "";
        private List<Query> queries = List.of();
        private Function<Q, Duration> timeout = any -> TIMEOUT;

        private Draft(HttpMethod method, String path, String id, Permission permission, Class<Q> request) {
            this.method = method;
            this.path = path;
            this.id = id;
            this.permission = permission;
            this.request = request;
        }

        Draft<Q> summary(String sentence) {
            summary = sentence;
            return this;
        }

        Draft<Q> note(String sentences) {
            note = sentences;
            return this;
        }

        Draft<Q> queries(Query... names) {
            queries = List.of(names);
            return this;
        }

        Draft<Q> timeout(Function<Q, Duration> ofBody) {
            timeout = ofBody;
            return this;
        }

        <R extends Record> Operation<Q> answers(Class<R> response, Function<Call<Q>, CompletionStage<R>> handler) {
            return operation(
                    response,
                    List.of(HttpStatus.OK),
                    call -> handler.apply(call).thenApply(Answer::of));
        }

        Operation<Q> creates(Class<? extends Record> response, Handler<Q> handler) {
            return operation(response, List.of(HttpStatus.CREATED), handler);
        }

        Operation<Q> createsOrChanges(Class<? extends Record> response, Handler<Q> handler) {
            return operation(response, List.of(HttpStatus.OK, HttpStatus.CREATED), handler);
        }

        Operation<Q> does(Function<Call<Q>, CompletionStage<?>> handler) {
            return operation(
                    null,
                    List.of(HttpStatus.NO_CONTENT),
                    call -> handler.apply(call).thenApply(done -> Answer.DONE));
        }

        private Operation<Q> operation(
                @Nullable Class<? extends Record> response, List<HttpStatus> statuses, Handler<Q> handler) {
            return new Operation<>(
                    method,
                    path,
                    id,
                    summary,
                    note,
                    permission,
                    queries,
                    request,
                    response,
                    statuses,
                    timeout,
                    handler);
        }
    }
}
