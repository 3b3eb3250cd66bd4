// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge;

import java.util.concurrent.atomic.AtomicReference;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServerRequest;

/**
 * The event loop of a request's connection. {@link ConnectionLoopFilter} answers there; an upgrade changes the pipeline, which
 * only the loop may do while the client can still leave.
 */
public final class ConnectionLoop {
    private ConnectionLoop() {}

    public static Scheduler of(ServerWebExchange exchange) {
        HttpServerRequest request = ServerHttpRequestDecorator.getNativeRequest(exchange.getRequest());
        AtomicReference<Scheduler> loop = new AtomicReference<>(Schedulers.immediate());
        request.withConnection(connection ->
                loop.set(Schedulers.fromExecutor(connection.channel().eventLoop())));
        return loop.get();
    }
}
