// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.edge.http.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;

/** Writes the OpenAPI 3.1 document of operations. */
final class OpenApi {
    private static final Pattern PATH_VARIABLE = Pattern.compile("\\{(\\w+)}");

    /** What is said of the variables that paths have. */
    private static final Map<String, String> PATH_VARIABLES = Map.of(
            "room", "The room's name.",
            "identity", "The participant's identity.",
            "sid", "The track's sid.",
            "id", "Its id.",
            "node", "The node's id.",
            "event", "The event's id.");

    private static final JsonObject TEXT = Schemas.scalar(String.class);
    private static final String TOKEN = "token";

    private static final String ABOUT = """
            Rooms and participants, by plain HTTP: the same as LiveKit's RoomService, with the same tokens and grants. And webhooks.

            Fields and parameters that are unknown are refused. What fails is a problem (RFC 9457), with a `code` for programs.
            """;

    /**
     * A way to fail.
     *
     * @param isOf which operations have it
     */
    private record Failure(HttpStatus status, String code, String about, Predicate<Operation<?>> isOf) {
        String name() {
            return status.name().toLowerCase(Locale.ROOT);
        }

        Object example() {
            return Json.tree(new String(new Problem(status, code, about, "", HttpHeaders.EMPTY).toJson(), UTF_8));
        }
    }

    private static final List<Failure> FAILURES = List.of(
            new Failure(
                    HttpStatus.BAD_REQUEST,
                    "invalid_argument",
                    "Something of the request is wrong; argument says what.",
                    operation -> true),
            new Failure(HttpStatus.UNAUTHORIZED, "unauthenticated", "There is no good token.", operation -> true),
            new Failure(HttpStatus.FORBIDDEN, "permission_denied", "The token does not grant this.", operation -> true),
            new Failure(
                    HttpStatus.NOT_FOUND,
                    "not_found",
                    "There is no such thing, or not in that room.",
                    Operation::namesSomething),
            new Failure(HttpStatus.CONFLICT, "failed_precondition", "Not as things are.", OpenApi::changesWhatIsThere),
            new Failure(
                    HttpStatus.CONTENT_TOO_LARGE, "content_too_large", "The body is too large.", Operation::hasBody),
            new Failure(
                    HttpStatus.UNSUPPORTED_MEDIA_TYPE,
                    "unsupported_media_type",
                    "The body is not JSON.",
                    Operation::hasBody),
            new Failure(
                    HttpStatus.UNPROCESSABLE_CONTENT,
                    "unprocessable_content",
                    "The Idempotency-Key came before, with another request.",
                    Operation::takesIdempotencyKey),
            new Failure(
                    HttpStatus.TOO_MANY_REQUESTS,
                    "resource_exhausted",
                    "There are as many of these as may be.",
                    OpenApi::changesWhatIsThere),
            new Failure(
                    HttpStatus.BAD_GATEWAY,
                    "internal",
                    "The participant's method failed.",
                    operation -> operation.request() == PerformRpc.class),
            new Failure(HttpStatus.SERVICE_UNAVAILABLE, "unavailable", "No node can do it now.", operation -> true),
            new Failure(
                    HttpStatus.GATEWAY_TIMEOUT,
                    "deadline_exceeded",
                    "It took too long, and may still happen.",
                    operation -> true));

    private final Schemas schemas = new Schemas();

    private static boolean changesWhatIsThere(Operation<?> operation) {
        return operation.hasBody() && operation.request() != CreateRoom.class;
    }

    /** Makes the document of all operations. */
    static JsonObject of(List<Operation.Group> groups) {
        return new OpenApi().document(groups);
    }

    private JsonObject document(List<Operation.Group> groups) {
        JsonObject paths = new JsonObject();
        for (Operation.Group group : groups) {
            for (Operation<?> operation : group.operations()) {
                JsonObject item = (JsonObject) paths.computeIfAbsent(operation.path(), OpenApi::pathItem);
                item.with(operation.method().name().toLowerCase(Locale.ROOT), operation(group, operation));
            }
        }
        return new JsonObject()
                .with("openapi", "3.1.0")
                .with("info", info())
                .with("servers", List.of(new JsonObject().with("url", "/")))
                .with("security", List.of(new JsonObject().with(TOKEN, List.of())))
                .with("tags", groups.stream().map(OpenApi::tag).toList())
                .with("paths", paths)
                .with("components", components());
    }

    private static JsonObject info() {
        return new JsonObject()
                .with("title", "Parley")
                .with("version", "1")
                .with("description", ABOUT)
                .with("license", new JsonObject().with("name", "Apache 2.0").with("identifier", "Apache-2.0"));
    }

    private static JsonObject tag(Operation.Group group) {
        return new JsonObject().with("name", group.name()).with("description", group.about());
    }

    private static JsonObject pathItem(String path) {
        List<JsonObject> parameters = PATH_VARIABLE
                .matcher(path)
                .results()
                .map(found -> pathVariable(found.group(1)))
                .toList();
        return parameters.isEmpty() ? new JsonObject() : new JsonObject().with("parameters", parameters);
    }

    private static JsonObject pathVariable(String name) {
        String about = Objects.requireNonNull(PATH_VARIABLES.get(name), name);
        JsonObject schema = Schemas.scalar(String.class);
        return parameter("path", name, about, schema).with("required", true);
    }

    private JsonObject operation(Operation.Group group, Operation<?> operation) {
        JsonObject object = new JsonObject()
                .with("operationId", operation.id())
                .with("tags", List.of(group.name()))
                .with("summary", operation.summary())
                .with(
                        "description",
                        (operation.note() + " Needs " + operation.permission().words() + ".").strip());
        List<JsonObject> parameters = parameters(operation);
        if (!parameters.isEmpty()) {
            object.with("parameters", parameters);
        }
        if (operation.hasBody()) {
            object.with(
                    "requestBody",
                    content(operation.request(), schemas.of(operation.request(), true))
                            .with("required", true));
        }
        return object.with("responses", responses(operation));
    }

    private static List<JsonObject> parameters(Operation<?> operation) {
        List<JsonObject> parameters = new ArrayList<>();
        for (Query query : operation.queries()) {
            parameters.add(parameter("query", query.name(), query.about(), query.schema()));
        }
        if (operation.takesIdempotencyKey()) {
            parameters.add(parameter(
                    "header",
                    RestApi.IDEMPOTENCY_KEY,
                    "Of your choice, for this call alone: sent again within an hour, it is not done again.",
                    TEXT));
        }
        if (operation.isRead()) {
            parameters.add(parameter(
                    "header",
                    HttpHeaders.IF_NONE_MATCH,
                    "The ETag that you have: if nothing changed since, there is no body.",
                    TEXT));
        }
        return parameters;
    }

    private static JsonObject parameter(String in, String name, String about, JsonObject schema) {
        return new JsonObject()
                .with("name", name)
                .with("in", in)
                .with("description", about)
                .with("schema", schema);
    }

    private JsonObject responses(Operation<?> operation) {
        Class<? extends Record> type = operation.response();
        JsonObject body = type == null ? new JsonObject() : content(type, schemas.of(type, false));
        JsonObject responses = new JsonObject();
        for (HttpStatus status : operation.statuses()) {
            responses.with(
                    String.valueOf(status.value()),
                    status == HttpStatus.CREATED
                            ? response("Made.", body, HttpHeaders.LOCATION)
                            : response("Done.", body, operation.isRead() ? HttpHeaders.ETAG : ""));
        }
        if (operation.isRead()) {
            responses.with("304", new JsonObject().with("description", "Nothing changed."));
        }
        FAILURES.stream()
                .filter(failure -> failure.isOf().test(operation))
                .forEach(failure -> responses.with(
                        String.valueOf(failure.status().value()),
                        new JsonObject().with("$ref", "#/components/responses/" + failure.name())));
        return responses;
    }

    /** @param header that it has, or "" */
    private static JsonObject response(String about, JsonObject body, String header) {
        JsonObject response = new JsonObject().with("description", about);
        if (!header.isEmpty()) {
            response.with("headers", new JsonObject().with(header, new JsonObject().with("schema", TEXT)));
        }
        response.putAll(body);
        return response;
    }

    private static JsonObject content(Class<?> type, JsonObject schema) {
        return content(MediaType.APPLICATION_JSON, schema, Component.example(type));
    }

    private static JsonObject content(MediaType media, JsonObject schema, Object example) {
        JsonObject body = new JsonObject().with("schema", schema).with("example", example);
        return new JsonObject().with("content", new JsonObject().with(media.toString(), body));
    }

    private JsonObject components() {
        JsonObject token = new JsonObject()
                .with("type", "http")
                .with("scheme", "bearer")
                .with("bearerFormat", "JWT")
                .with("description", "An access token, as every LiveKit server SDK makes them.");
        return new JsonObject()
                .with("securitySchemes", new JsonObject().with(TOKEN, token))
                .with("responses", failures())
                .with("schemas", schemas.named());
    }

    private JsonObject failures() {
        JsonObject schema = schemas.define("Problem", problem());
        JsonObject responses = new JsonObject();
        for (Failure failure : FAILURES) {
            responses.with(
                    failure.name(),
                    response(
                            failure.about(),
                            content(MediaType.APPLICATION_PROBLEM_JSON, schema, failure.example()),
                            ""));
        }
        return responses;
    }

    private static JsonObject problem() {
        JsonObject properties = new JsonObject()
                .with("type", Schemas.scalar(String.class).with("description", "Always about:blank."))
                .with("title", Schemas.scalar(String.class).with("description", "The status in words."))
                .with("status", Schemas.scalar(Integer.class).with("description", "The status."))
                .with("detail", Schemas.scalar(String.class).with("description", "A sentence for people."))
                .with("code", Schemas.scalar(String.class).with("description", "For programs."))
                .with("argument", Schemas.scalar(String.class).with("description", "What of the request is wrong."));
        return new JsonObject()
                .with("type", "object")
                .with("description", "RFC 9457.")
                .with("properties", properties)
                .with("required", List.of("type", "title", "status", "detail", "code"));
    }
}
