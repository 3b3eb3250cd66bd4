// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.http;

import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** SDKs whose base URL ends in a slash ask for {@code //twirp/…}: as LiveKit does, one of two leading slashes goes. */
@Order(Ordered.HIGHEST_PRECEDENCE + 2)
public final class LeadingSlashFilter implements WebFilter {
    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        String path = exchange.getRequest().getURI().getRawPath();
        if (!path.startsWith("//")) {
            return chain.filter(exchange);
        }
        ServerHttpRequest request =
                exchange.getRequest().mutate().path(path.substring(1)).build();
        return chain.filter(exchange.mutate().request(request).build());
    }
}
