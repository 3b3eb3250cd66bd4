// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.signal;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.parley.api.error.ApiError;
import io.parley.api.signal.Leaves;
import io.parley.cluster.FrameQueue;
import io.parley.cluster.SignalLink;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import livekit.LivekitRtc.SignalRequest;
import livekit.LivekitRtc.SignalResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.socket.CloseStatus;
import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.reactive.socket.WebSocketSession;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/**
 * One client's signal stream between its WebSocket and its node. Frames are binary protobuf and pass unparsed; a client
 * that sends JSON text is answered in JSON until it sends binary again.
 */
final class SignalSession implements SignalLink.Listener {
    private static final Duration PING_INTERVAL = Duration.ofSeconds(10);

    private final Sinks.Many<byte[]> responses =
            Sinks.many().unicast().onBackpressureBuffer(new FrameQueue(System::nanoTime));
    private final Sinks.One<Boolean> started = Sinks.one();
    private final AtomicBoolean isClosed = new AtomicBoolean();
    private final boolean knowsLeaveActions;
    private SignalLink.@Nullable Requests requests;
    private volatile boolean isJson;

    /** @param knowsLeaveActions whether the client can be told to come back; else its closed socket tells it */
    SignalSession(boolean knowsLeaveActions) {
        this.knowsLeaveActions = knowsLeaveActions;
    }

    void onOpened(SignalLink.Requests opened) {
        requests = opened;
    }

    /** True once the node's first response is there; false if the node ended the stream without one. */
    Mono<Boolean> started() {
        return started.asMono();
    }

    @Override
    public void onResponse(byte[] frame) {
        if (responses.tryEmitNext(frame) == Sinks.EmitResult.FAIL_OVERFLOW) {
            onClosed(); // too slow to follow: the client reconnects and starts from a snapshot
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
        if (started.tryEmitValue(false) != Sinks.EmitResult.OK && knowsLeaveActions) {
            onResponse(Leaves.resume().toByteArray());
        }
        onClosed();
    }

    /** There is no node to resume at. */
    void sendAway() {
        onResponse(Leaves.rejoin().toByteArray());
        onClosed();
    }

    /** A response may be on its way out, even on this thread: then its turn is over in a moment. */
    private void complete() {
        if (responses.tryEmitComplete() == Sinks.EmitResult.FAIL_NON_SERIALIZED) {
            Schedulers.parallel().schedule(this::complete, 1, TimeUnit.MILLISECONDS);
        }
    }

    /** The client went away, before or after the upgrade. */
    void abandon() {
        SignalLink.Requests open = requests;
        if (open != null) {
            open.close();
        }
    }

    /** Pumps both ways until either side ends. */
    Mono<Void> pump(WebSocketSession socket) {
        Flux<WebSocketMessage> frames = responses.asFlux().map(frame -> message(socket, frame));
        Flux<WebSocketMessage> pings =
                Flux.interval(PING_INTERVAL).map(tick -> socket.pingMessage(factory -> factory.wrap(new byte[0])));
        Flux<WebSocketMessage> output =
                frames.materialize().mergeWith(pings.materialize()).<WebSocketMessage>dematerialize();
        Mono<Void> input = socket.receive()
                .doOnNext(this::onFrame)
                .onErrorComplete()
                .then()
                .doFinally(signal -> {
                    abandon();
                    onClosed();
                });
        return Mono.when(input, socket.send(output).onErrorComplete().then(socket.close(CloseStatus.NORMAL)));
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
