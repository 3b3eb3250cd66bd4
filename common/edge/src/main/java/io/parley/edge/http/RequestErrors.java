// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.http;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Answers whatever a handler did not: a refusal with its status and message, a bug of ours with 500, as plain text. Spring
 * would log a bug with the whole URL, and that has the access token in it.
 */
@Order(Ordered.HIGHEST_PRECEDENCE + 1)
public final class RequestErrors implements WebFilter {
    /** In which what is too much for the moment has been dealt with. */
    static final String RETRY_AFTER_S = "1";

    private static final Logger log = LoggerFactory.getLogger(RequestErrors.class);

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        return chain.filter(exchange).onErrorResume(error -> answer(exchange, error));
    }

    private static Mono<Void> answer(ServerWebExchange exchange, Throwable error) {
        if (DroppedErrors.isOfClient(error)) {
            return Mono.error(error); // there is nobody to say anything to
        }
        return switch (error) {
            case ApiError refusal -> {
                if (refusal.code() == ErrorCode.UNAVAILABLE) {
                    exchange.getResponse().getHeaders().set(HttpHeaders.RETRY_AFTER, RETRY_AFTER_S);
                }
                yield text(
                        exchange.getResponse(),
                        HttpStatusCode.valueOf(refusal.code().httpStatus()),
                        String.valueOf(refusal.getMessage()));
            }
            case ResponseStatusException refusal -> text(exchange.getResponse(), refusal.getStatusCode());
            default -> {
                log.atError()
                        .addKeyValue("method", exchange.getRequest().getMethod())
                        .addKeyValue("path", exchange.getRequest().getPath())
                        .setCause(error)
                        .log("a request failed");
                yield exchange.getResponse().isCommitted()
                        ? Mono.error(error) // too late to say so: the connection ends
                        : text(exchange.getResponse(), HttpStatus.INTERNAL_SERVER_ERROR);
            }
        };
    }

    private static Mono<Void> text(ServerHttpResponse response, HttpStatusCode status) {
        HttpStatus known = HttpStatus.resolve(status.value());
        return text(response, status, known == null ? "" : known.getReasonPhrase());
    }

    /** Ends a response with a status and a sentence for whoever reads it. */
    public static Mono<Void> text(ServerHttpResponse response, HttpStatusCode status, String text) {
        response.setStatusCode(status);
        response.getHeaders().setContentType(MediaType.TEXT_PLAIN);
        return response.writeWith(Mono.just(response.bufferFactory().wrap(text.getBytes(StandardCharsets.UTF_8))));
    }
}
