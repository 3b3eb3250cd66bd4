// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import reactor.core.publisher.Mono;

class RequestErrorsTest {
    private static MockServerWebExchange refuse(ErrorCode code) {
        MockServerWebExchange exchange =
                MockServerWebExchange.from(MockServerHttpRequest.get("/rtc").build());
        new RequestErrors()
                .filter(exchange, next -> Mono.error(ApiError.ofCaller(code, "why")))
                .block();
        return exchange;
    }

    @Test
    void whoMayComeBackIsToldWhen() {
        assertThat(refuse(ErrorCode.UNAVAILABLE).getResponse().getHeaders().getFirst(HttpHeaders.RETRY_AFTER))
                .isEqualTo("1");
        assertThat(refuse(ErrorCode.NOT_FOUND).getResponse().getHeaders().getFirst(HttpHeaders.RETRY_AFTER))
                .isNull();
    }
}
