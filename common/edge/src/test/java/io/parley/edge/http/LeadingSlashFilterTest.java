// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.http.HttpMethod;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import reactor.core.publisher.Mono;

class LeadingSlashFilterTest {
    @ParameterizedTest
    @CsvSource({
        "//twirp/a, /twirp/a",
        "///a, //a",
        "//a%2Fb%20c?q=%2F, /a%2Fb%20c?q=%2F",
        "/a//b, /a//b",
    })
    void oneOfTwoSlashesGoesAndEscapesStay(String asked, String handled) {
        AtomicReference<URI> seen = new AtomicReference<>();
        URI uri = URI.create("http://localhost" + asked);
        new LeadingSlashFilter()
                .filter(MockServerWebExchange.from(MockServerHttpRequest.method(HttpMethod.GET, uri)), exchange -> {
                    seen.set(exchange.getRequest().getURI());
                    return Mono.empty();
                })
                .block();
        assertThat(seen.get()).hasToString("http://localhost" + handled);
    }
}
