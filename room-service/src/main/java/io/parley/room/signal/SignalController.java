// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.signal;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.RoomName;
import io.parley.api.room.IdentityPolicy;
import io.parley.api.token.Grants;
import io.parley.api.token.ParticipantLimits;
import io.parley.cluster.RoomRouter;
import io.parley.edge.http.ClientConnection;
import io.parley.edge.http.ClientNetwork;
import io.parley.edge.security.ApiKeys;
import io.parley.edge.security.TokenSecurity;
import io.parley.room.RoomSettings;
import io.parley.room.admin.RoomAdmin;
import io.parley.room.socket.ClientSocket;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.socket.server.WebSocketService;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * The signal WebSocket: {@code /rtc/v1} for clients with one peer connection, {@code /rtc} for those with two (and, with a
 * join_request, also for those with one, as the Go SDK does it). Everything that can fail does so as an HTTP status before
 * the upgrade; the upgrade waits for the node's first response.
 */
@RestController
public class SignalController {
    private static final Logger log = LoggerFactory.getLogger(SignalController.class);
    private static final Duration NODE_TIMEOUT = Duration.ofSeconds(5);

    private final RoomRouter router;
    private final RoomAdmin rooms;
    private final ApiKeys keys;
    private final PublishConnections publishing;
    private final ParticipantLimits limits;
    private final JoinAdmission admission;
    private final WebSocketService webSockets;
    private final SignalMetrics metrics;

    public SignalController(
            RoomRouter router,
            RoomAdmin rooms,
            ApiKeys keys,
            RoomSettings settings,
            ParticipantLimits limits,
            int maxPendingJoins,
            WebSocketService webSockets,
            SignalMetrics metrics) {
        this.router = router;
        this.rooms = rooms;
        this.keys = keys;
        this.publishing = new PublishConnections(settings.maxPublishConnections());
        this.limits = limits;
        this.admission = new JoinAdmission(maxPendingJoins);
        this.webSockets = webSockets;
        this.metrics = metrics;
    }

    @GetMapping({"/rtc", "/rtc/v1"})
    Mono<Void> join(ServerWebExchange exchange) {
        if (!"websocket".equalsIgnoreCase(exchange.getRequest().getHeaders().getUpgrade())) {
            return Mono.error(new ResponseStatusException(HttpStatus.NOT_FOUND));
        }
        long askedAtNs = System.nanoTime();
        return check(exchange)
                .doOnError(refused -> metrics.onRefused())
                .zipWhen(join -> lag(exchange))
                .flatMap(join -> Mono.using(
                        () -> enter(exchange, join.getT1(), join.getT2()),
                        place -> join(exchange, join.getT1(), place, askedAtNs),
                        JoinAdmission.Place::leave));
    }

    private Mono<Void> join(ServerWebExchange exchange, CheckedJoin join, JoinAdmission.Place place, long askedAtNs) {
        return route(join)
                .doOnError(failed -> metrics.onFailed())
                .flatMap(route ->
                        token(exchange, join).flatMap(token -> open(exchange, join, token, route, place, askedAtNs)));
    }

    /** How long the connection's loop takes until it comes to something new. */
    private static Mono<Duration> lag(ServerWebExchange exchange) {
        return Mono.defer(() -> {
            long givenAtNs = System.nanoTime();
            return Mono.fromSupplier(() -> Duration.ofNanos(System.nanoTime() - givenAtNs))
                    .subscribeOn(ClientConnection.of(exchange).loop());
        });
    }

    /** Whoever resumes is in a call that goes on, and is let in whatever else comes. */
    private JoinAdmission.Place enter(ServerWebExchange exchange, CheckedJoin join, Duration lag) {
        ClientNetwork client = ClientNetwork.of(exchange.getRequest().getRemoteAddress());
        try {
            return join.isReconnect() ? JoinAdmission.NO_PLACE : admission.enter(client, lag);
        } catch (ApiError full) {
            metrics.onShed();
            throw full;
        }
    }

    @GetMapping(
            path = {"/rtc/validate", "/rtc/v1/validate"},
            produces = MediaType.TEXT_PLAIN_VALUE)
    Mono<String> validate(ServerWebExchange exchange) {
        return check(exchange)
                .flatMap(join -> Mono.fromCompletionStage(() -> requireFree(join)))
                .thenReturn("success");
    }

    /** The room's home looks at it, too; browsers learn only from here why it refused them. */
    private CompletionStage<Void> requireFree(CheckedJoin join) {
        return join.isReconnect()
                ? CompletableFuture.completedFuture(null)
                : rooms.requireFree(
                        join.room(),
                        join.grants().identity(),
                        join.grants().participantSid(),
                        IdentityPolicy.of(join.creation().getTagsMap()));
    }

    private Mono<CheckedJoin> check(ServerWebExchange exchange) {
        InetSocketAddress remote = exchange.getRequest().getRemoteAddress();
        String userAgent = exchange.getRequest().getHeaders().getFirst(HttpHeaders.USER_AGENT);
        ClientOrigin origin = new ClientOrigin(
                remote == null ? "" : remote.getAddress().getHostAddress(), userAgent == null ? "" : userAgent);
        MultiValueMap<String, String> query = exchange.getRequest().getQueryParams();
        boolean isVersioned = exchange.getRequest().getPath().value().startsWith("/rtc/v1");
        return TokenSecurity.grants(exchange)
                .map(grants ->
                        JoinCheck.check(grants.orElse(null), query, isVersioned, origin, rooms.presets(), limits))
                .flatMap(this::followed)
                .flatMap(join -> Mono.fromCompletionStage(() -> rooms.requireRoom(join.room(), join.mayCreateRoom()))
                        .thenReturn(join));
    }

    /**
     * Whoever joins afresh with the token that it was given to come back with, and did not hear that it was moved, goes on
     * where it is. One that resumes is known to its room's home.
     */
    private Mono<CheckedJoin> followed(CheckedJoin join) {
        Grants grants = join.grants();
        return join.isReconnect() || grants.participantSid().isEmpty()
                ? Mono.just(join)
                : Mono.fromCompletionStage(() -> router.follow(join.room(), grants.identity(), grants.participantSid()))
                        .map(moved -> moved.map(join::in).orElse(join));
    }

    /**
     * Whoever resumes goes where the room is; a room that is not there any more is no reason to make one. While the
     * directory can't be reached the call goes on, and the client tries again.
     */
    private Mono<Optional<RoomRouter.Route>> route(CheckedJoin join) {
        return join.isReconnect()
                ? Mono.fromCompletionStage(() -> findOrFindGone(join.room()))
                        .onErrorReturn(SignalController::isNodeSilent, Optional.empty())
                : Mono.fromCompletionStage(() -> router.place(join.room())).map(Optional::of);
    }

    /** Who was moved from a room that is gone still has its seat where the room was. */
    private CompletionStage<Optional<RoomRouter.Route>> findOrFindGone(RoomName room) {
        return router.find(room)
                .thenCompose(
                        found -> found.isPresent() ? CompletableFuture.completedFuture(found) : router.findGone(room));
    }

    private static boolean isNodeSilent(Throwable error) {
        return error instanceof ApiError refusal && refusal.fault() == ApiError.Fault.DESTINATION;
    }

    private Mono<TokenRefresh> token(ServerWebExchange exchange, CheckedJoin join) {
        return TokenSecurity.expiry(exchange)
                .defaultIfEmpty(Instant.EPOCH)
                .map(expiresAt -> new TokenRefresh(keys, join.grants(), expiresAt));
    }

    private Mono<Void> open(
            ServerWebExchange exchange,
            CheckedJoin join,
            TokenRefresh token,
            Optional<RoomRouter.Route> found,
            JoinAdmission.Place place,
            long askedAtNs) {
        SignalSession session = new SignalSession(join.dialect(), token);
        publishing.begin(join, session.over());
        ClientConnection connection = ClientConnection.of(exchange);
        return Mono.defer(() -> {
                    found.ifPresentOrElse(
                            route -> session.onOpened(
                                    route.link().open(join.under(route.claim(), route.inherited()), session)),
                            session::sendAway);
                    return session.started();
                })
                .timeout(NODE_TIMEOUT, Mono.just(false))
                .publishOn(connection.loop())
                .flatMap(started -> {
                    place.leave();
                    if (!started) {
                        metrics.onFailed();
                        return Mono.error(
                                new ApiError(ErrorCode.UNAVAILABLE, "could not start session", ApiError.Fault.US));
                    }
                    metrics.onConnected(join.client().getProtocol(), Duration.ofNanos(System.nanoTime() - askedAtNs));
                    return webSockets.handleRequest(
                            exchange, socket -> metrics.whileOpen(session.pump(socket, connection)));
                })
                .doOnError(e -> session.abandon())
                .doOnCancel(session::abandon)
                .onErrorResume(ClientSocket::isClientGone, e -> {
                    log.debug("upgrade came to nothing: {}", e.getMessage());
                    return Mono.empty();
                });
    }
}
