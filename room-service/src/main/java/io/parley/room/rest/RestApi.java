// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.token.Grants;
import io.parley.api.token.VideoGrant;
import io.parley.cluster.webhook.DeliveryStore;
import io.parley.edge.http.ManagementPort;
import io.parley.edge.http.Problem;
import io.parley.edge.security.Caller;
import io.parley.edge.security.TokenSecurity;
import io.parley.room.admin.NodeAdmin;
import io.parley.room.admin.RoomAdmin;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.PathContainer;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.server.MethodNotAllowedException;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.UnsupportedMediaTypeStatusException;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;
import reactor.core.publisher.Mono;

/**
 * Answers the REST API's requests: first the token and what it allows, then the body, then the operation. What goes wrong
 * is a {@link Problem}.
 */
public final class RestApi {
    static final String IDEMPOTENCY_KEY = "Idempotency-Key";
    private static final String KEYS = "[\\x21-\\x7e]{1,255}";

    /** A token's place for those who can't set headers. */
    private static final String ACCESS_TOKEN = "access_token";

    private final List<Operation.Group> groups;
    private final LongSupplier nowMs;

    /** By path: what there is to say of it to a caller with another method. */
    private final Map<PathPattern, Set<HttpMethod>> paths = new LinkedHashMap<>();

    /** By API key: those of good tokens, and so no more than are configured. */
    private final Map<String, IdempotentAnswers> answers = new ConcurrentHashMap<>();

    /** @param nowMs wall-clock time, in ms since the epoch */
    public RestApi(RoomAdmin rooms, NodeAdmin nodes, DeliveryStore webhooks, LongSupplier nowMs) {
        this(groups(rooms, nodes, webhooks, nowMs), nowMs);
    }

    RestApi(List<Operation.Group> groups, LongSupplier nowMs) {
        this.groups = groups;
        this.nowMs = nowMs;
        operations()
                .forEach(operation -> paths.computeIfAbsent(
                                PathPatternParser.defaultInstance.parse(operation.path()), path -> new HashSet<>())
                        .addAll(List.of(methods(operation))));
    }

    static List<Operation.Group> groups(RoomAdmin rooms, NodeAdmin nodes, DeliveryStore webhooks, LongSupplier nowMs) {
        return List.of(
                RoomOperations.of(rooms, new RoomWebhooks(webhooks, nowMs)),
                ParticipantOperations.of(rooms),
                DispatchOperations.of(rooms),
                NodeOperations.of(nodes),
                WebhookOperations.of(webhooks, nowMs));
    }

    /** Everything under {@code /v1}; not on the management port, where Spring would have it too. */
    public RouterFunction<ServerResponse> routes() {
        RouterFunctions.Builder routes = RouterFunctions.route();
        operations()
                .forEach(operation -> routes.route(
                        RequestPredicates.methods(methods(operation)).and(RequestPredicates.path(operation.path())),
                        request -> handle(operation, request)));
        new ApiDocs(groups).addTo(routes);
        routes.route(RequestPredicates.path("/v1/**"), this::refuse);
        return RouterFunctions.nest(request -> !ManagementPort.is(request.exchange()), routes.build());
    }

    private Stream<Operation<?>> operations() {
        return groups.stream().flatMap(group -> group.operations().stream());
    }

    /** HEAD is a GET, of which Spring leaves the body out. */
    private static HttpMethod[] methods(Operation<?> operation) {
        return operation.isRead()
                ? new HttpMethod[] {HttpMethod.GET, HttpMethod.HEAD}
                : new HttpMethod[] {operation.method()};
    }

    private <Q extends Record> Mono<ServerResponse> handle(Operation<Q> operation, ServerRequest request) {
        return TokenSecurity.grants(request.exchange())
                .flatMap(grants -> call(operation, request, grants.orElseThrow(RestApi::noToken)))
                .onErrorResume(RestApi::refuse);
    }

    private <Q extends Record> Mono<ServerResponse> call(Operation<Q> operation, ServerRequest request, Grants grants) {
        String room = operation.hasRoom() ? request.pathVariable("room") : "";
        VideoGrant grant = operation.permission().check(grants, room);
        checkQuery(operation, request);
        if (request.headers().firstHeader(HttpHeaders.IF_MATCH) != null) {
            throw ApiError.ofArgument(HttpHeaders.IF_MATCH, "is not supported: no write is conditional here");
        }
        if (!operation.hasBody()) {
            Q none = operation.request().cast(new Call.NoBody());
            Call<Q> call = new Call<>(new Caller(grant, ""), grants.apiKey(), request, none);
            return respond(operation, call, run(operation, call), false);
        }
        return body(request).flatMap(bytes -> {
            Q body = Json.read(bytes, operation.request());
            String key = request.headers().firstHeader(IDEMPOTENCY_KEY);
            if (key == null || !operation.takesIdempotencyKey()) {
                Call<Q> call = new Call<>(new Caller(grant, ""), grants.apiKey(), request, body);
                return respond(operation, call, run(operation, call), false);
            }
            String fingerprint = Digest.of(request.path().getBytes(UTF_8), bytes);
            // for the room's home, where the call may come from other room-services, too
            String requestId =
                    grants.apiKey() + " " + Digest.of(checkedKey(key).getBytes(UTF_8), fingerprint.getBytes(UTF_8));
            Call<Q> call = new Call<>(new Caller(grant, requestId), grants.apiKey(), request, body);
            IdempotentAnswers.Outcome outcome = answers.computeIfAbsent(
                            grants.apiKey(), unused -> new IdempotentAnswers(nowMs))
                    .once(key, fingerprint, () -> run(operation, call));
            return respond(operation, call, outcome.answer(), outcome.isRepeated());
        });
    }

    private static <Q extends Record> CompletionStage<Answer> run(Operation<Q> operation, Call<Q> call) {
        try {
            return operation.handler().handle(call);
        } catch (RuntimeException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    private static Mono<byte[]> body(ServerRequest request) {
        MediaType type = request.headers().contentType().orElse(MediaType.APPLICATION_OCTET_STREAM);
        return MediaType.APPLICATION_JSON.isCompatibleWith(type)
                ? request.bodyToMono(byte[].class)
                        .defaultIfEmpty(new byte[0])
                        .onErrorMap(DataBufferLimitException.class, RestApi::tooLarge)
                : Mono.error(new UnsupportedMediaTypeStatusException(type, List.of(MediaType.APPLICATION_JSON)));
    }

    private static ResponseStatusException tooLarge(DataBufferLimitException e) {
        return new ResponseStatusException(
                HttpStatus.CONTENT_TOO_LARGE, "the body is larger than parley.limit.max-api-request-body-size", e);
    }

    /** A parameter that nobody reads would be one that its sender believes in. */
    private static void checkQuery(Operation<?> operation, ServerRequest request) {
        request.queryParams().forEach((name, values) -> {
            Query query = operation.queries().stream()
                    .filter(known -> known.name().equals(name))
                    .findFirst()
                    .orElse(null);
            if (query == null && !name.equals(ACCESS_TOKEN)) {
                throw ApiError.ofArgument(
                        name,
                        "is unknown; known here: "
                                + operation.queries().stream().map(Query::name).collect(Collectors.joining(", ")));
            }
            if (query != null && !query.isList() && values.size() > 1) {
                throw ApiError.ofArgument(name, "may be there only once");
            }
        });
    }

    private static String checkedKey(String key) {
        if (!key.matches(KEYS)) {
            throw ApiError.ofArgument(IDEMPOTENCY_KEY, "must be 1 to 255 visible ASCII characters");
        }
        return key;
    }

    /** Goes on when whoever asked goes away: others may wait for the same answer. */
    private static <Q extends Record> Mono<ServerResponse> respond(
            Operation<Q> operation, Call<Q> call, CompletionStage<Answer> answer, boolean isRepeated) {
        return Mono.fromFuture(answer.toCompletableFuture(), true)
                .timeout(operation.timeout().apply(call.body()))
                .onErrorMap(ApiError.class, ApiError::byField)
                .flatMap(known -> known.respond(call.request(), isRepeated));
    }

    private static Mono<ServerResponse> refuse(Throwable error) {
        Problem problem = Problem.of(error);
        return ServerResponse.status(problem.status())
                .headers(headers -> headers.addAll(problem.headers()))
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .bodyValue(problem.toJson());
    }

    /** What no operation takes: a method that its path has not, or a path that there is not. */
    private Mono<ServerResponse> refuse(ServerRequest request) {
        PathContainer path = request.requestPath().pathWithinApplication();
        Set<HttpMethod> allowed = paths.entrySet().stream()
                .filter(known -> known.getKey().matches(path))
                .flatMap(known -> known.getValue().stream())
                .collect(Collectors.toSet());
        return refuse(
                allowed.isEmpty()
                        ? ApiError.ofCaller(ErrorCode.BAD_ROUTE, "no such path: /v1/docs shows what there is")
                        : new MethodNotAllowedException(request.method(), allowed));
    }

    private static ApiError noToken() {
        return ApiError.ofCaller(ErrorCode.UNAUTHENTICATED, "an access token is needed: Authorization: Bearer <token>");
    }
}
