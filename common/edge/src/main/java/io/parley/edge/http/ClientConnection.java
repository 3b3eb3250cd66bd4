// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import java.util.concurrent.atomic.AtomicReference;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServerRequest;

/** The connection that a request came by. */
public final class ClientConnection {
    private final Channel channel;

    public ClientConnection(Channel channel) {
        this.channel = channel;
    }

    public static ClientConnection of(ServerWebExchange exchange) {
        HttpServerRequest request = ServerHttpRequestDecorator.getNativeRequest(exchange.getRequest());
        AtomicReference<Channel> channel = new AtomicReference<>();
        request.withConnection(connection -> channel.set(connection.channel()));
        return new ClientConnection(channel.get());
    }

    /**
     * Its event loop. {@link ConnectionLoopFilter} answers there; an upgrade changes the pipeline, which only the loop may
     * do while the client can still leave.
     */
    public Scheduler loop() {
        return Schedulers.fromExecutor(channel.eventLoop());
    }

    /**
     * Ends it at once. What waits for a client that does not read is given up: closed in the usual way, the kernel would
     * keep it, and the socket, for as long as the client's window stays shut.
     */
    public void reset() {
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        channel.close();
    }
}
