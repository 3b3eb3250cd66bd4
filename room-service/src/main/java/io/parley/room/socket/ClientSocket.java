// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.socket;

import io.parley.api.error.ApiError;
import io.parley.cluster.FrameQueue;
import io.parley.edge.http.ClientConnection;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.reactive.socket.CloseStatus;
import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.reactive.socket.WebSocketSession;
import org.springframework.web.server.ResponseStatusException;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.publisher.SynchronousSink;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * One WebSocket whose frames are binary protobuf; a client that sends JSON text is answered in JSON until it sends binary
 * again. What waits for it is bounded, and one that does not read, or answers no ping, is reset.
 */
public final class ClientSocket {
    /** What is behind the socket. */
    public interface Peer {
        /** One of the client's, as protobuf. */
        void onFrame(byte[] frame);

        /** The client is gone. */
        void onGone();
    }

    /** Frames as JSON. */
    public interface Json {
        String print(byte[] frame);

        /** What can't be read comes out as unreadable as it was. */
        byte[] parse(String text);
    }

    private static final Logger log = LoggerFactory.getLogger(ClientSocket.class);

    public static final Duration PING_INTERVAL = Duration.ofSeconds(10);

    /** A client that is there answers each: its WebSocket library does. */
    private static final int MAX_UNANSWERED_PINGS = 3;

    /** In which the client takes what is queued when the stream ends, or never does. */
    private static final Duration CLOSING_TIME = Duration.ofSeconds(2);

    private final Sinks.Many<byte[]> frames =
            Sinks.many().unicast().onBackpressureBuffer(new FrameQueue<>(System::nanoTime, frame -> frame.length));

    /** The client does not read, or is not there: what waits for it would hold the socket open. */
    private final Sinks.Empty<Void> isLost = Sinks.empty();

    /** Either side ended the stream. */
    private final Sinks.Empty<Void> isOver = Sinks.empty();

    private final AtomicInteger unansweredPings = new AtomicInteger();
    private final Json json;
    private final Peer peer;
    private final UnaryOperator<Flux<byte[]>> reading;
    private final Duration pingInterval;
    private volatile boolean isJson;

    /** @param reading how the peer takes the client's frames; the identity for one that takes them at once */
    public ClientSocket(Json json, Peer peer, UnaryOperator<Flux<byte[]>> reading, Duration pingInterval) {
        this.json = json;
        this.peer = peer;
        this.reading = reading;
        this.pingInterval = pingInterval;
    }

    /** Once an upgrade is allowed, what else fails in it is that the client left. */
    public static boolean isClientGone(Throwable upgradeFailure) {
        return !(upgradeFailure instanceof ResponseStatusException || upgradeFailure instanceof ApiError);
    }

    /** Completes when either side ended the stream. */
    public Mono<Void> over() {
        return isOver.asMono();
    }

    /**
     * To the client; one call at a time.
     *
     * @return false if the client would miss the frame, be it too slow or two told it something at once: it is lost
     */
    public boolean send(byte[] frame) {
        return switch (frames.tryEmitNext(frame)) {
            case OK, FAIL_TERMINATED, FAIL_CANCELLED -> true;
            case FAIL_OVERFLOW, FAIL_NON_SERIALIZED, FAIL_ZERO_SUBSCRIBER -> {
                lose("SLOW_READER");
                yield false;
            }
        };
    }

    private void lose(String reason) {
        if (isLost.tryEmitEmpty() == Sinks.EmitResult.OK) {
            log.atInfo().addKeyValue("reason", reason).log("a client's socket is reset");
        }
    }

    /** Ends the stream once the client has what waits. One may be on its way out, even on this thread: then in a moment. */
    public void end() {
        isOver.tryEmitEmpty();
        if (frames.tryEmitComplete() == Sinks.EmitResult.FAIL_NON_SERIALIZED) {
            Schedulers.parallel().schedule(this::end, 1, TimeUnit.MILLISECONDS);
        }
    }

    /** The client went away. */
    public void leave() {
        isOver.tryEmitEmpty();
    }

    /** Pumps both ways until either side ends; resets the connection of a client that does not let it end. */
    public Mono<Void> pump(WebSocketSession socket, ClientConnection connection) {
        Mono<Void> overdue = isOver.asMono().then(Mono.delay(CLOSING_TIME)).then();
        Mono<Void> reset = Mono.firstWithSignal(isLost.asMono(), overdue).then(Mono.fromRunnable(connection::reset));
        return Mono.firstWithSignal(pump(socket, connection.loop()), reset);
    }

    private Mono<Void> pump(WebSocketSession socket, Scheduler loop) {
        // One send after the other: a publisher of many would be drained ahead of what the client reads.
        Mono<Void> sending = frames.asFlux()
                .concatMap(frame -> socket.send(Mono.fromSupplier(() -> message(socket, frame))), 0)
                .then();
        Mono<Void> pings = Flux.interval(pingInterval)
                .doOnNext(tick -> countPing())
                .onBackpressureDrop()
                .concatMap(tick -> socket.send(Mono.fromSupplier(() -> ping(socket))), 0)
                .then();
        Mono<Void> output = Mono.firstWithSignal(sending, pings);
        Mono<Void> input = socket.receive()
                .<byte[]>handle(this::read)
                .transform(reading)
                .doOnNext(peer::onFrame)
                .onErrorComplete()
                .then()
                .doFinally(signal -> peer.onGone());
        // Only the loop knows whether the client is still there: Reactor Netty (1.3.7) leaks the close frame if not.
        Mono<Void> close = Mono.defer(() -> socket.isOpen() ? socket.close(CloseStatus.NORMAL) : Mono.<Void>empty());
        return Mono.when(input, output.onErrorComplete().publishOn(loop).then(close));
    }

    private void countPing() {
        if (unansweredPings.incrementAndGet() > MAX_UNANSWERED_PINGS) {
            lose("UNANSWERED_PINGS");
        }
    }

    private static WebSocketMessage ping(WebSocketSession socket) {
        return socket.pingMessage(factory -> factory.wrap(new byte[0]));
    }

    private WebSocketMessage message(WebSocketSession socket, byte[] frame) {
        return isJson ? socket.textMessage(json.print(frame)) : socket.binaryMessage(factory -> factory.wrap(frame));
    }

    private void read(WebSocketMessage message, SynchronousSink<byte[]> frames) {
        unansweredPings.set(0);
        if (message.getType() == WebSocketMessage.Type.BINARY) {
            isJson = false;
            byte[] frame = new byte[message.getPayload().readableByteCount()];
            message.getPayload().read(frame);
            frames.next(frame);
        } else if (message.getType() == WebSocketMessage.Type.TEXT) {
            isJson = true;
            frames.next(json.parse(message.getPayloadAsText()));
        }
    }
}
