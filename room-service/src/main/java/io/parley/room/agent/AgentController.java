// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.agent;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.token.Grants;
import io.parley.api.token.VideoGrant;
import io.parley.edge.http.ClientConnection;
import io.parley.edge.security.TokenSecurity;
import io.parley.room.socket.ClientSocket;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.socket.server.WebSocketService;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** The workers' WebSocket: {@code /agent}, for tokens with the grant {@code agent}. */
@RestController
public class AgentController {
    /** LiveKit has no limit; a worker process does dozens of jobs. */
    static final int MAX_WORKERS = 4_096;

    private static final Logger log = LoggerFactory.getLogger(AgentController.class);

    private final AgentHandler handler;
    private final WebSocketService webSockets;
    private final AtomicInteger connected = new AtomicInteger();

    public AgentController(AgentHandler handler, WebSocketService webSockets, MeterRegistry meters) {
        this.handler = handler;
        this.webSockets = webSockets;
        Gauge.builder("parley.agent.workers", connected, AtomicInteger::get)
                .description("Workers of agents that are connected. None: no room gets an agent from here")
                .register(meters);
    }

    @GetMapping("/agent")
    Mono<Void> connect(ServerWebExchange exchange) {
        if (!"websocket".equalsIgnoreCase(exchange.getRequest().getHeaders().getUpgrade())) {
            return Mono.error(new ResponseStatusException(HttpStatus.NOT_FOUND));
        }
        ClientConnection connection = ClientConnection.of(exchange);
        return TokenSecurity.grants(exchange)
                .map(grants -> check(grants.orElse(null)))
                .publishOn(connection.loop())
                .flatMap(grants -> webSockets.handleRequest(
                        exchange,
                        socket -> whileConnected(new WorkerSession(handler, grants.apiKey()).pump(socket, connection))))
                .onErrorResume(ClientSocket::isClientGone, e -> {
                    log.debug("upgrade came to nothing: {}", e.getMessage());
                    return Mono.empty();
                });
    }

    private Grants check(@Nullable Grants grants) {
        VideoGrant video = grants == null ? null : grants.video();
        if (grants == null || video == null || !video.agent()) {
            throw ApiError.ofCaller(ErrorCode.UNAUTHENTICATED, "permissions denied");
        }
        if (connected.get() >= MAX_WORKERS) {
            throw new ApiError(
                    ErrorCode.UNAVAILABLE,
                    "as many workers as may be are connected here (" + MAX_WORKERS + ")",
                    ApiError.Fault.US);
        }
        return grants;
    }

    private Mono<Void> whileConnected(Mono<Void> session) {
        return session.doFirst(connected::incrementAndGet).doFinally(end -> connected.decrementAndGet());
    }
}
