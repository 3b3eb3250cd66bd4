// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.twirp;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.token.Grants;
import io.parley.edge.security.TokenSecurity;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** The methods of one service: decodes a call, runs it, encodes its result or what went wrong. */
public final class TwirpService {
    private static final MediaType PROTOBUF = MediaType.parseMediaType("application/protobuf");
    private static final String TIMEOUT_HEADER = "X-Twirp-Timeout-Ms";
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(15);
    private static final JsonFormat.Parser JSON_IN = JsonFormat.parser().ignoringUnknownFields();
    private static final JsonFormat.Printer JSON_OUT = JsonFormat.printer()
            .preservingProtoFieldNames()
            .alwaysPrintFieldsWithNoPresence()
            .omittingInsignificantWhitespace();

    /** Does the work of a method; refuses with {@link ApiError}, thrown or as the stage's failure. */
    public interface Handler<Q extends Message> {
        CompletionStage<? extends Message> call(@Nullable Grants grants, Q request);
    }

    private static final double[] BUCKETS_MS = {1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 5_000};

    private record Method(Message prototype, Handler<Message> handler) {}

    private final String name;
    private final MeterRegistry meters;
    private final Map<String, Method> methods = new HashMap<>();

    /** @param name as metrics have it */
    public TwirpService(String name, MeterRegistry meters) {
        this.name = name;
        this.meters = meters;
    }

    /** @param prototype any instance of the request's type */
    @SuppressWarnings("unchecked") // the prototype makes requests of its own type
    public <Q extends Message> TwirpService method(String name, Q prototype, Handler<Q> handler) {
        methods.put(name, new Method(prototype, (Handler<Message>) (Handler<?>) handler));
        return this;
    }

    /** Answers one request; failures of every kind come back as Twirp errors. */
    public Mono<ResponseEntity<byte[]>> handle(ServerWebExchange exchange, String method, byte[] body) {
        long askedAtNs = System.nanoTime();
        return TokenSecurity.grants(exchange)
                .flatMap(grants -> call(exchange, method, body, grants.orElse(null)))
                .onErrorResume(error -> Mono.just(TwirpErrors.respond(error)))
                .doOnNext(response -> measure(method, response, System.nanoTime() - askedAtNs));
    }

    /** Names that a caller makes up are one, or each would be a time series. */
    private void measure(String method, ResponseEntity<byte[]> response, long tookNs) {
        Tags tags = Tags.of(
                "service",
                name,
                "method",
                methods.containsKey(method) ? method : "unknown",
                "status",
                response.getStatusCode().is2xxSuccessful() ? "success" : "failure");
        meters.counter(
                        "livekit.node.twirp.request.status",
                        tags.and("code", String.valueOf(response.getStatusCode().value())))
                .increment();
        DistributionSummary.builder("livekit.node.twirp.request.latency.ms")
                .tags(tags)
                .serviceLevelObjectives(BUCKETS_MS)
                .register(meters)
                .record(tookNs / 1e6);
    }

    private Mono<ResponseEntity<byte[]>> call(
            ServerWebExchange exchange, String name, byte[] body, @Nullable Grants grants) {
        Method method = methods.get(name);
        if (method == null || !exchange.getRequest().getMethod().equals(HttpMethod.POST)) {
            return Mono.error(badRoute("no handler for " + exchange.getRequest().getMethod() + " of method " + name));
        }
        MediaType type = exchange.getRequest().getHeaders().getContentType();
        boolean isJson = MediaType.APPLICATION_JSON.isCompatibleWith(type);
        if (type == null || !(isJson || PROTOBUF.isCompatibleWith(type))) {
            return Mono.error(badRoute("unexpected Content-Type: " + type));
        }
        Message request = decode(method.prototype(), isJson, body);
        return Mono.fromCompletionStage(() -> method.handler().call(grants, request))
                .timeout(timeout(exchange))
                .map(response -> encode(response, isJson));
    }

    private static ApiError badRoute(String message) {
        return ApiError.ofCaller(ErrorCode.BAD_ROUTE, message);
    }

    private static Duration timeout(ServerWebExchange exchange) {
        String text = exchange.getRequest().getHeaders().getFirst(TIMEOUT_HEADER);
        try {
            Duration asked = text == null ? DEFAULT_TIMEOUT : Duration.ofMillis(Long.parseLong(text));
            return asked.isPositive() && asked.compareTo(DEFAULT_TIMEOUT) < 0 ? asked : DEFAULT_TIMEOUT;
        } catch (NumberFormatException e) {
            return DEFAULT_TIMEOUT;
        }
    }

    private static Message decode(Message prototype, boolean isJson, byte[] body) {
        Message.Builder builder = prototype.newBuilderForType();
        try {
            if (isJson) {
                JSON_IN.merge(new String(body, StandardCharsets.UTF_8), builder);
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
                            .body(JSON_OUT.print(response).getBytes(StandardCharsets.UTF_8))
                    : ResponseEntity.ok().contentType(PROTOBUF).body(response.toByteArray());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("our own message can't be printed", e);
        }
    }
}
