// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.twirp;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.token.Grants;
import io.parley.api.token.VideoGrant;
import io.parley.edge.security.Caller;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import reactor.core.publisher.Mono;

/** The methods of one service: decodes a call, runs it, encodes its result or what went wrong. */
public final class TwirpService {
    private static final MediaType PROTOBUF = MediaType.parseMediaType("application/protobuf");
    private static final String TIMEOUT_HEADER = "X-Twirp-Timeout-Ms";
    private static final String REQUEST_ID_HEADER = "X-Livekit-Request-Id";

    /** SDKs send a UUID; a longer one is as good as none. */
    private static final int MAX_REQUEST_ID_LENGTH = 128;

    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(15);

    /** What a token has to allow before anything of a request is read. */
    public interface Permission {
        boolean isIn(VideoGrant grant);
    }

    /** Does the work of a method; refuses with {@link ApiError}, thrown or as the stage's failure. */
    public interface Handler<Q extends Message> {
        /** @param caller has the method's permission */
        CompletionStage<? extends Message> call(Caller caller, Q request);
    }

    /** An HTTP request as far as this has to know it. */
    public interface Request {
        String method();

        @Nullable
        String header(String name);

        /** Of its token, which is good; null without one. */
        @Nullable
        Grants grants();
    }

    private static final double[] BUCKETS_MS = {1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 5_000};

    /** What is left to do once a call has the method's permission. */
    private interface Work {
        Mono<Message> of(Request http, Grants grants, boolean isJson, Mono<byte[]> body);
    }

    private record Method(Predicate<Grants> permission, Work work) {}

    /** @param status of HTTP */
    private record Outcome(String method, int status) {}

    private record Meters(Counter calls, DistributionSummary latencyMs) {}

    private final String name;
    private final MeterRegistry meters;
    private final Map<String, Method> methods = new HashMap<>();

    /** To look a meter up costs several times as much as to count. */
    private final Map<Outcome, Meters> outcomes = new ConcurrentHashMap<>();

    /** @param name as metrics have it */
    public TwirpService(String name, MeterRegistry meters) {
        this.name = name;
        this.meters = meters;
    }

    /** @param prototype any instance of the request's type */
    public <Q extends Message> TwirpService method(
            String name, Permission permission, Q prototype, Handler<Q> handler) {
        return method(name, permission, prototype, handler, any -> DEFAULT_TIMEOUT);
    }

    /**
     * @param prototype any instance of the request's type
     * @param timeout within which the handler answers; callers may ask for less
     */
    @SuppressWarnings("unchecked") // the prototype makes requests of its own type
    public <Q extends Message> TwirpService method(
            String name, Permission permission, Q prototype, Handler<Q> handler, Function<Q, Duration> timeout) {
        Work work = (http, grants, isJson, body) -> {
            Caller caller = new Caller(Objects.requireNonNull(grants.video()), requestId(http, grants));
            return body.flatMap(bytes -> {
                Q request = (Q) decode(prototype, isJson, bytes);
                return answer(handler.call(caller, request), timeout(http, timeout.apply(request)));
            });
        };
        methods.put(name, new Method(grants -> grants.allows(permission::isIn), work));
        return this;
    }

    /** Many answers are there at once, and a timer would cost more than they do. */
    private static Mono<Message> answer(CompletionStage<? extends Message> stage, Duration timeout) {
        CompletableFuture<Message> answer = stage.<Message>thenApply(message -> message)
                .toCompletableFuture()
                .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
        return Mono.fromFuture(answer);
    }

    /** A method of LiveKit's that is not here yet: whoever may call it is told so, and nobody else. */
    public TwirpService missing(String name, Predicate<Grants> permission) {
        ApiError answer = ApiError.ofCaller(
                ErrorCode.UNIMPLEMENTED,
                this.name + "." + name + " is not in Parley yet (docs/livekit-compatibility.md)");
        methods.put(name, new Method(permission, (http, grants, isJson, body) -> Mono.error(answer)));
        return this;
    }

    /**
     * Answers one request; failures of every kind come back as Twirp errors.
     *
     * @param body read if the token allows the method, and not before: it may be large
     */
    public Mono<ResponseEntity<byte[]>> handle(Request request, String method, Mono<byte[]> body) {
        long askedAtNs = System.nanoTime();
        return Mono.defer(() -> call(request, method, body))
                .onErrorResume(error -> Mono.just(TwirpErrors.respond(error)))
                .doOnNext(response -> measure(method, response, System.nanoTime() - askedAtNs));
    }

    /** Names that a caller makes up are one, or each would be a time series. */
    private void measure(String method, ResponseEntity<byte[]> response, long tookNs) {
        int status = response.getStatusCode().value();
        Meters measured = outcomes.computeIfAbsent(
                new Outcome(methods.containsKey(method) ? method : "unknown", status), this::meters);
        measured.calls().increment();
        measured.latencyMs().record(tookNs / 1e6);
    }

    private Meters meters(Outcome outcome) {
        boolean isGood = outcome.status() / 100 == 2;
        Tags tags = Tags.of("service", name, "method", outcome.method(), "status", isGood ? "success" : "failure");
        return new Meters(
                meters.counter("livekit.node.twirp.request.status", tags.and("code", String.valueOf(outcome.status()))),
                DistributionSummary.builder("livekit.node.twirp.request.latency.ms")
                        .tags(tags)
                        .serviceLevelObjectives(BUCKETS_MS)
                        .register(meters));
    }

    private Mono<ResponseEntity<byte[]>> call(Request http, String name, Mono<byte[]> body) {
        Method method = methods.get(name);
        if (method == null || !http.method().equals("POST")) {
            return Mono.error(badRoute("no handler for " + http.method() + " of method " + name));
        }
        MediaType type = contentType(http);
        boolean isJson = MediaType.APPLICATION_JSON.isCompatibleWith(type);
        if (type == null || !(isJson || PROTOBUF.isCompatibleWith(type))) {
            return Mono.error(badRoute("unexpected Content-Type: " + http.header(HttpHeaders.CONTENT_TYPE)));
        }
        Grants grants = http.grants();
        if (grants == null || !method.permission().test(grants)) {
            return Mono.error(denied());
        }
        return method.work().of(http, grants, isJson, body).map(response -> encode(response, isJson));
    }

    /** Callers choose their ids by themselves: what two API keys choose alike is not the same. */
    private static String requestId(Request http, Grants grants) {
        String id = http.header(REQUEST_ID_HEADER);
        return id == null || id.length() > MAX_REQUEST_ID_LENGTH ? "" : grants.apiKey() + " " + id;
    }

    /** LiveKit never answers permission_denied here. */
    public static ApiError denied() {
        return ApiError.ofCaller(ErrorCode.UNAUTHENTICATED, "permissions denied");
    }

    private static ApiError badRoute(String message) {
        return ApiError.ofCaller(ErrorCode.BAD_ROUTE, message);
    }

    /** Null if there is none, or none that could be one. */
    private static @Nullable MediaType contentType(Request http) {
        String text = http.header(HttpHeaders.CONTENT_TYPE);
        try {
            return text == null ? null : MediaType.parseMediaType(text);
        } catch (InvalidMediaTypeException e) {
            return null;
        }
    }

    /** @param longest also where the caller asks for more */
    private static Duration timeout(Request http, Duration longest) {
        String text = http.header(TIMEOUT_HEADER);
        try {
            Duration asked = text == null ? longest : Duration.ofMillis(Long.parseLong(text));
            return asked.isPositive() && asked.compareTo(longest) < 0 ? asked : longest;
        } catch (NumberFormatException e) {
            return longest;
        }
    }

    private static Message decode(Message prototype, boolean isJson, byte[] body) {
        Message.Builder builder = prototype.newBuilderForType();
        try {
            if (isJson) {
                ProtoJson.merge(body, builder);
            } else {
                builder.mergeFrom(body);
            }
        } catch (InvalidProtocolBufferException e) {
            throw ApiError.ofCaller(ErrorCode.MALFORMED, "the request could not be decoded: " + e.getMessage());
        }
        return builder.build();
    }

    private static ResponseEntity<byte[]> encode(Message response, boolean isJson) {
        try {
            return isJson
                    ? ResponseEntity.ok()
                            .contentType(MediaType.APPLICATION_JSON)
                            .body(ProtoJsonWriter.write(response))
                    : ResponseEntity.ok().contentType(PROTOBUF).body(response.toByteArray());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("our own message can't be printed", e);
        }
    }
}
