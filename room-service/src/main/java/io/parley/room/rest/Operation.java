// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;

/**
 * One route: what it does, and what is said of it.
 *
 * @param path as OpenAPI and Spring both write it
 * @param id in the document, and so in clients that are made from it
 * @param summary a sentence
 * @param note what else there is to know, or ""
 * @param request of the body, or NoBody
 * @param response of the body, or null for none
 * @param isCreating whether there is a 201 beside the 200
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
        boolean isCreating,
        Handler<Q> handler) {

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
        return method.equals(HttpMethod.POST);
    }

    boolean hasRoom() {
        return path.startsWith(RoomOperations.ROOM);
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

        <R extends Record> Operation<Q> answers(Class<R> response, Function<Call<Q>, CompletionStage<R>> handler) {
            return operation(response, false, call -> handler.apply(call).thenApply(Answer::of));
        }

        /** With 201, or 200 where it was there. */
        Operation<Q> creates(Class<? extends Record> response, Handler<Q> handler) {
            return operation(response, true, handler);
        }

        Operation<Q> does(Function<Call<Q>, CompletionStage<?>> handler) {
            return operation(null, false, call -> handler.apply(call).thenApply(done -> Answer.DONE));
        }

        private Operation<Q> operation(
                @Nullable Class<? extends Record> response, boolean isCreating, Handler<Q> handler) {
            return new Operation<>(
                    method, path, id, summary, note, permission, queries, request, response, isCreating, handler);
        }
    }
}
