// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.http;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import java.util.Locale;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ResponseStatusException;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Why a REST call was refused, as problem details (RFC 9457): of the type about:blank, whose title is the status in words,
 * with {@code code} for programs and, where a field or parameter is to blame, {@code argument}.
 *
 * @param code Twirp's, where Twirp has one
 * @param detail a sentence for whoever called
 * @param argument what of the request was wrong, or ""
 * @param headers that the status wants
 */
public record Problem(HttpStatus status, String code, String detail, String argument, HttpHeaders headers) {
    private static final JsonMapper JSON = new JsonMapper();

    /** What there is to say of a failure; one that is no refusal is a bug, which only the log hears of. */
    public static Problem of(Throwable thrown) {
        Throwable cause = Refusals.cause(thrown);
        return cause instanceof ResponseStatusException refusal ? of(refusal) : of(Refusals.of(cause));
    }

    /** No or no good token. @param challenge RFC 6750 s.3 */
    public static Problem unauthenticated(String detail, String challenge) {
        HttpHeaders headers = new HttpHeaders();
        headers.set(HttpHeaders.WWW_AUTHENTICATE, challenge);
        return new Problem(HttpStatus.UNAUTHORIZED, ErrorCode.UNAUTHENTICATED.twirp(), detail, "", headers);
    }

    private static Problem of(ApiError error) {
        String detail = String.valueOf(error.getMessage());
        return error.code() == ErrorCode.UNAUTHENTICATED
                ? unauthenticated(detail, "Bearer")
                : new Problem(status(error), error.code().twirp(), detail, error.argument(), HttpHeaders.EMPTY);
    }

    private static Problem of(ResponseStatusException refusal) {
        HttpStatus status = HttpStatus.valueOf(refusal.getStatusCode().value());
        String detail = refusal.getReason() == null ? status.getReasonPhrase() : refusal.getReason();
        return new Problem(status, status.name().toLowerCase(Locale.ROOT), detail, "", refusal.getHeaders());
    }

    /** Not Twirp's: here, 412 is for conditional requests alone. */
    private static HttpStatus status(ApiError error) {
        return switch (error.code()) {
            case INVALID_ARGUMENT, MALFORMED -> HttpStatus.BAD_REQUEST;
            case UNAUTHENTICATED -> HttpStatus.UNAUTHORIZED;
            case PERMISSION_DENIED -> HttpStatus.FORBIDDEN;
            case NOT_FOUND, BAD_ROUTE -> HttpStatus.NOT_FOUND;
            case ALREADY_EXISTS, FAILED_PRECONDITION -> HttpStatus.CONFLICT;
            case RESOURCE_EXHAUSTED -> HttpStatus.TOO_MANY_REQUESTS;
            case INTERNAL ->
                error.fault() == ApiError.Fault.DESTINATION ? HttpStatus.BAD_GATEWAY : HttpStatus.INTERNAL_SERVER_ERROR;
            case UNIMPLEMENTED -> HttpStatus.NOT_IMPLEMENTED;
            case CANCELED, DEADLINE_EXCEEDED -> HttpStatus.GATEWAY_TIMEOUT;
            case UNAVAILABLE -> HttpStatus.SERVICE_UNAVAILABLE;
        };
    }

    /** The document, as UTF-8. */
    public byte[] toJson() {
        ObjectNode json = JSON.createObjectNode()
                .put("type", "about:blank")
                .put("title", status.getReasonPhrase())
                .put("status", status.value())
                .put("detail", detail)
                .put("code", code);
        if (!argument.isEmpty()) {
            json.put("argument", argument);
        }
        return JSON.writeValueAsBytes(json);
    }

    /** Ends a response with this problem. */
    public Mono<Void> write(ServerHttpResponse response) {
        response.setStatusCode(status);
        response.getHeaders().addAll(headers);
        response.getHeaders().setContentType(MediaType.APPLICATION_PROBLEM_JSON);
        return response.writeWith(Mono.just(response.bufferFactory().wrap(toJson())));
    }
}
