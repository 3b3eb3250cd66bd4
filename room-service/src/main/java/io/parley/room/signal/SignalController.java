// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.signal;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.token.Grants;
import io.parley.cluster.NodeDirectory;
import io.parley.cluster.SessionStart;
import io.parley.edge.security.TokenSecurity;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.socket.server.WebSocketService;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServerRequest;

/**
 * {@code /rtc/v1}, and {@code /rtc} with a join_request: the signal WebSocket of clients with one peer connection. Everything that can fail does so as an HTTP
 * status before the upgrade; the upgrade waits for the node's first response.
 */
@RestController
public class SignalController {
    private static final Logger log = LoggerFactory.getLogger(SignalController.class);
    private static final Duration NODE_TIMEOUT = Duration.ofSeconds(5);

    private final NodeDirectory directory;
    private final WebSocketService webSockets;

    public SignalController(NodeDirectory directory, WebSocketService webSockets) {
        this.directory = directory;
        this.webSockets = webSockets;
    }

    @GetMapping("/rtc/v1")
    Mono<Void> join(ServerWebExchange exchange) {
        if (!"websocket".equalsIgnoreCase(exchange.getRequest().getHeaders().getUpgrade())) {
            return Mono.error(new ResponseStatusException(HttpStatus.NOT_FOUND));
        }
        return check(exchange).flatMap(start -> open(exchange, start));
    }

    /** The Go SDK joins with one peer connection here; without a join_request this is the older protocol. */
    @GetMapping(path = "/rtc", params = "join_request")
    Mono<Void> joinUnversioned(ServerWebExchange exchange) {
        return join(exchange);
    }

    @GetMapping(path = "/rtc/validate", params = "join_request", produces = MediaType.TEXT_PLAIN_VALUE)
    Mono<String> validateUnversioned(ServerWebExchange exchange) {
        return validate(exchange);
    }

    @GetMapping(path = "/rtc/v1/validate", produces = MediaType.TEXT_PLAIN_VALUE)
    Mono<String> validate(ServerWebExchange exchange) {
        return check(exchange).thenReturn("success");
    }

    private static Mono<SessionStart> check(ServerWebExchange exchange) {
        InetSocketAddress remote = exchange.getRequest().getRemoteAddress();
        String address = remote == null ? "" : remote.getAddress().getHostAddress();
        String joinRequest = exchange.getRequest().getQueryParams().getFirst("join_request");
        return TokenSecurity.grants(exchange)
                .map(Optional::of)
                .defaultIfEmpty(Optional.empty())
                .map((Optional<Grants> grants) -> JoinCheck.check(grants.orElse(null), joinRequest, address));
    }

    /** Upgrading changes the connection's pipeline, which only its own loop may do while the client can still leave. */
    private static Scheduler connectionLoop(ServerWebExchange exchange) {
        HttpServerRequest request = ServerHttpRequestDecorator.getNativeRequest(exchange.getRequest());
        AtomicReference<Scheduler> loop = new AtomicReference<>(Schedulers.immediate());
        request.withConnection(connection ->
                loop.set(Schedulers.fromExecutor(connection.channel().eventLoop())));
        return loop.get();
    }

    private Mono<Void> open(ServerWebExchange exchange, SessionStart start) {
        SignalSession session = new SignalSession();
        session.onOpened(directory.route(start.room()).open(start, session));
        return session.started()
                .timeout(NODE_TIMEOUT, Mono.just(false))
                .publishOn(connectionLoop(exchange))
                .flatMap(started -> started
                        ? webSockets.handleRequest(exchange, session::pump)
                        : Mono.error(new ApiError(ErrorCode.UNAVAILABLE, "could not start session", ApiError.Fault.US)))
                .doOnError(e -> session.abandon())
                .doOnCancel(session::abandon)
                .onErrorResume(SignalController::isClientGone, e -> {
                    log.debug("upgrade came to nothing: {}", e.getMessage());
                    return Mono.empty();
                });
    }

    /** The checks are over and the node is willing: what else fails in an upgrade is that the client left. */
    private static boolean isClientGone(Throwable error) {
        return !(error instanceof ResponseStatusException || error instanceof ApiError);
    }
}
