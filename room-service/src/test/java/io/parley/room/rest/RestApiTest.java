// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.api.error.ApiError;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.springframework.http.MediaType;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.web.reactive.function.server.HandlerStrategies;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebHandler;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/** What becomes of calls whose operation ends when the test wants it to. */
class RestApiTest {
    private record Order(@Field("What.") String what) {}

    private final List<CompletableFuture<Answer>> running = new ArrayList<>();
    private final List<String> requestIds = new ArrayList<>();
    private final Operation<Order> operation = Operation.post("/v1/orders", "order", Permission.ROOM_LIST, Order.class)
            .creates(Order.class, call -> {
                requestIds.add(call.caller().requestId());
                running.add(new CompletableFuture<>());
                return running.getLast();
            });
    private final WebHandler api = api();

    /** A process of its own. */
    private WebHandler api() {
        return RouterFunctions.toWebHandler(
                new RestApi(List.of(new Operation.Group("Orders", "", List.of(operation))), () -> 0).routes(),
                HandlerStrategies.withDefaults());
    }

    /** A client that lost its connection asks again on another one. */
    @Test
    void aCallGoesOnWithoutWhoMadeItAndAnswersWhoAsksAgain() {
        Disposable lost = call(exchange("k")).subscribe();
        lost.dispose();
        MockServerWebExchange again = exchange("k");
        CompletableFuture<Void> answered = call(again).toFuture();
        assertThat(answered).isNotDone();
        running.getFirst().complete(Answer.of(new Order("tea")));
        assertThat(answered).isCompleted();
        assertThat(running).hasSize(1);
        assertThat(again.getResponse().getBodyAsString().block()).isEqualTo("{\"what\":\"tea\"}");
        assertThat(again.getResponse().getHeaders().getFirst("Idempotency-Replayed"))
                .isEqualTo("true");
    }

    @Test
    void withoutAKeyEachCallIsMade() {
        call(exchange(null)).subscribe();
        call(exchange(null)).subscribe();
        assertThat(running).hasSize(2);
    }

    /** For the room's home, which may hear of it by way of two processes. */
    @Test
    void aCallHasTheSameIdWhereverItIsMade() {
        call(exchange("k")).subscribe();
        call(api(), exchange("k", "tea")).subscribe();
        call(api(), exchange("k", "coffee")).subscribe();
        call(exchange(null)).subscribe();
        assertThat(requestIds.get(0)).startsWith("devkey ").isEqualTo(requestIds.get(1));
        assertThat(requestIds.get(2)).startsWith("devkey ").isNotEqualTo(requestIds.get(1));
        assertThat(requestIds.get(3)).isEmpty();
    }

    @Test
    void anOperationThatBreaksIsAnswered() {
        MockServerWebExchange exchange = exchange("k");
        call(exchange).subscribe();
        running.getFirst().completeExceptionally(new IllegalStateException("secret"));
        assertThat(exchange.getResponse().getStatusCode().value()).isEqualTo(500);
        assertThat(exchange.getResponse().getBodyAsString().block()).doesNotContain("secret");
        call(exchange("k")).subscribe();
        assertThat(running).hasSize(2);
    }

    /** Refusals are in LiveKit's words, which name none. */
    @Test
    void whatIsTooLargeIsNamedAsTheFieldThatItIs() {
        assertProblem("attributes", "attributes size exceeds limits", "64 (parley.limit.max-attributes-size)");
        assertProblem(
                "name", "participant name length exceeds limits", "256 (parley.limit.max-participant-name-length)");
    }

    private void assertProblem(String field, String words, String limit) {
        MockServerWebExchange exchange = exchange(null);
        call(exchange).subscribe();
        running.getLast().completeExceptionally(ApiError.ofLimit(field, words, limit));
        assertThat(exchange.getResponse().getStatusCode().value()).isEqualTo(400);
        assertThat(exchange.getResponse().getBodyAsString().block())
                .contains("\"argument\":\"" + field + "\"")
                .contains(field + " exceeds the limit of " + limit);
    }

    private Mono<Void> call(MockServerWebExchange exchange) {
        return call(api, exchange);
    }

    private static Mono<Void> call(WebHandler api, MockServerWebExchange exchange) {
        Jwt token = Jwt.withTokenValue("t")
                .header("alg", "HS256")
                .issuer("devkey")
                .expiresAt(Instant.MAX)
                .claim("video", Map.of("roomList", true))
                .build();
        ServerWebExchange withToken = exchange.mutate()
                .principal(Mono.just(new JwtAuthenticationToken(token)))
                .build();
        return api.handle(withToken);
    }

    private static MockServerWebExchange exchange(String key) {
        return exchange(key, "tea");
    }

    private static MockServerWebExchange exchange(String key, String what) {
        MockServerHttpRequest.BodyBuilder request =
                MockServerHttpRequest.post("/v1/orders").contentType(MediaType.APPLICATION_JSON);
        if (key != null) {
            request.header(RestApi.IDEMPOTENCY_KEY, key);
        }
        return MockServerWebExchange.from(request.body("{\"what\":\"" + what + "\"}"));
    }
}
