// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.signal;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.parley.api.error.ApiError;
import io.parley.api.signal.Leaves;
import io.parley.api.signal.SignalDialect;
import io.parley.cluster.FrameQueue;
import io.parley.cluster.SignalLink;
import io.parley.edge.http.ClientConnection;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import livekit.LivekitRtc.SignalRequest;
import livekit.LivekitRtc.SignalResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.socket.CloseStatus;
import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.reactive.socket.WebSocketSession;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * One client's signal stream between its WebSocket and its node. Frames are binary protobuf and pass unparsed; a client
 * that sends JSON text is answered in JSON until it sends binary again.
 */
final class SignalSession implements SignalLink.Listener {
    private static final Duration PING_INTERVAL = Duration.ofSeconds(10);

    /** A client that is there answers each: its WebSocket library does. */
    private static final int MAX_UNANSWERED_PINGS = 3;

    /** In which the client takes what is queued when the session ends, or never does. */
    private static final Duration CLOSING_TIME = Duration.ofSeconds(2);

    private final Sinks.Many<byte[]> responses =
            Sinks.many().unicast().onBackpressureBuffer(new FrameQueue(System::nanoTime));
    private final Sinks.One<Boolean> started = Sinks.one();

    /** The client does not read, or is not there: what waits for it would hold the socket open. */
    private final Sinks.Empty<Void> isLost = Sinks.empty();

    /** The node ended the session, or the client did. */
    private final Sinks.Empty<Void> isOver = Sinks.empty();

    private final AtomicBoolean isClosed = new AtomicBoolean();
    private final AtomicInteger unansweredPings = new AtomicInteger();
    private final SignalDialect dialect;
    private final Duration pingInterval;
    private SignalLink.@Nullable Requests requests;
    private volatile boolean isJson;

    SignalSession(SignalDialect dialect) {
        this(dialect, PING_INTERVAL);
    }

    SignalSession(SignalDialect dialect, Duration pingInterval) {
        this.dialect = dialect;
        this.pingInterval = pingInterval;
    }

    void onOpened(SignalLink.Requests opened) {
        requests = opened;
    }

    /** True once the node's first response is there; false if the node ended the stream without one. */
    Mono<Boolean> started() {
        return started.asMono();
    }

    /** Completes when the node ended the session, or the client is gone. */
    Mono<Void> over() {
        return isOver.asMono();
    }

    @Override
    public void onResponse(byte[] frame) {
        switch (responses.tryEmitNext(frame)) {
            case OK, FAIL_TERMINATED, FAIL_CANCELLED -> {}
            // It would miss this one, be it too slow or two told it something at once: it comes back to a snapshot.
            case FAIL_OVERFLOW, FAIL_NON_SERIALIZED, FAIL_ZERO_SUBSCRIBER -> {
                onClosed();
                isLost.tryEmitEmpty();
            }
        }
        started.tryEmitValue(true);
    }

    @Override
    public void onRefused(ApiError error) {
        if (isClosed.compareAndSet(false, true)) {
            complete();
            started.tryEmitError(error);
        }
    }

    @Override
    public void onClosed() {
        if (isClosed.compareAndSet(false, true)) {
            complete();
            started.tryEmitValue(false);
        }
    }

    @Override
    public void onLost() {
        if (started.tryEmitValue(false) != Sinks.EmitResult.OK) {
            say(Leaves.resume());
        }
        onClosed();
    }

    /** There is no node to resume at. */
    void sendAway() {
        say(Leaves.rejoin());
        onClosed();
    }

    private void say(SignalResponse response) {
        dialect.say(response, spoken -> onResponse(spoken.toByteArray()));
    }

    /** A response may be on its way out, even on this thread: then its turn is over in a moment. */
    private void complete() {
        isOver.tryEmitEmpty();
        if (responses.tryEmitComplete() == Sinks.EmitResult.FAIL_NON_SERIALIZED) {
            Schedulers.parallel().schedule(this::complete, 1, TimeUnit.MILLISECONDS);
        }
    }

    /** The client went away, before or after the upgrade. */
    void abandon() {
        isOver.tryEmitEmpty();
        SignalLink.Requests open = requests;
        if (open != null) {
            open.close();
        }
    }

    /** Pumps both ways until either side ends; resets the connection of a client that does not let it end. */
    Mono<Void> pump(WebSocketSession socket, ClientConnection connection) {
        Mono<Void> overdue = isOver.asMono().then(Mono.delay(CLOSING_TIME)).then();
        Mono<Void> reset = Mono.firstWithSignal(isLost.asMono(), overdue).then(Mono.fromRunnable(connection::reset));
        return Mono.firstWithSignal(pump(socket, connection.loop()), reset);
    }

    private Mono<Void> pump(WebSocketSession socket, Scheduler loop) {
        // One send after the other: a publisher of many would be drained ahead of what the client reads.
        Mono<Void> frames = responses
                .asFlux()
                .concatMap(frame -> socket.send(Mono.fromSupplier(() -> message(socket, frame))), 0)
                .then();
        Mono<Void> pings = Flux.interval(pingInterval)
                .doOnNext(tick -> countPing())
                .onBackpressureDrop()
                .concatMap(tick -> socket.send(Mono.fromSupplier(() -> ping(socket))), 0)
                .then();
        Mono<Void> output = Mono.firstWithSignal(frames, pings);
        Mono<Void> input = socket.receive()
                .doOnNext(this::onFrame)
                .onErrorComplete()
                .then()
                .doFinally(signal -> {
                    abandon();
                    onClosed();
                });
        // Only the loop knows whether the client is still there: Reactor Netty (1.3.7) leaks the close frame if not.
        Mono<Void> close = Mono.defer(() -> socket.isOpen() ? socket.close(CloseStatus.NORMAL) : Mono.<Void>empty());
        return Mono.when(input, output.onErrorComplete().publishOn(loop).then(close));
    }

    private void countPing() {
        if (unansweredPings.incrementAndGet() > MAX_UNANSWERED_PINGS) {
            isLost.tryEmitEmpty();
        }
    }

    private static WebSocketMessage ping(WebSocketSession socket) {
        return socket.pingMessage(factory -> factory.wrap(new byte[0]));
    }

    private WebSocketMessage message(WebSocketSession socket, byte[] frame) {
        if (!isJson) {
            return socket.binaryMessage(factory -> factory.wrap(frame));
        }
        try {
            return socket.textMessage(JsonFormat.printer().print(SignalResponse.parseFrom(frame)));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("the node sent no SignalResponse", e);
        }
    }

    private void onFrame(WebSocketMessage message) {
        unansweredPings.set(0);
        SignalLink.Requests open = requests;
        if (open == null) {
            return;
        }
        if (message.getType() == WebSocketMessage.Type.BINARY) {
            isJson = false;
            byte[] frame = new byte[message.getPayload().readableByteCount()];
            message.getPayload().read(frame);
            open.send(frame);
        } else if (message.getType() == WebSocketMessage.Type.TEXT) {
            isJson = true;
            SignalRequest.Builder request = SignalRequest.newBuilder();
            try {
                JsonFormat.parser().ignoringUnknownFields().merge(message.getPayloadAsText(), request);
                open.send(request.build().toByteArray());
            } catch (InvalidProtocolBufferException e) {
                open.send(new byte[] {0}); // as unreadable to the node as it was here
            }
        }
    }
}
