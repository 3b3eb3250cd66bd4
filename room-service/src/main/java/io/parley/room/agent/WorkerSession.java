// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.agent;

import com.google.protobuf.InvalidProtocolBufferException;
import io.parley.edge.http.ClientConnection;
import io.parley.room.socket.ClientSocket;
import io.parley.room.socket.ProtoFrames;
import java.time.Duration;
import livekit.LivekitAgent.ServerMessage;
import livekit.LivekitAgent.WorkerMessage;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.socket.WebSocketSession;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** One worker's socket. Its first message registers it; until then it is nobody. Frames are the handler's thread's. */
final class WorkerSession implements ClientSocket.Peer, WorkerConnection {
    static final Duration REGISTER_TIMEOUT = Duration.ofSeconds(10);

    /** Frames that wait for the handler: the others wait in the socket. */
    private static final int MAX_READ_AHEAD = 4;

    private static final ClientSocket.Json JSON =
            new ProtoFrames(WorkerMessage.getDefaultInstance(), ServerMessage.getDefaultInstance());

    private final AgentHandler handler;
    private final String apiKey;
    private final ClientSocket socket;
    private @Nullable Worker worker;
    private boolean isGone;

    /** @param apiKey of the worker's token */
    WorkerSession(AgentHandler handler, String apiKey) {
        this.handler = handler;
        this.apiKey = apiKey;
        this.socket = new ClientSocket(JSON, this, this::inTurn, ClientSocket.PING_INTERVAL);
    }

    private Flux<byte[]> inTurn(Flux<byte[]> frames) {
        return frames.publishOn(handler.scheduler(), MAX_READ_AHEAD);
    }

    Mono<Void> pump(WebSocketSession session, ClientConnection connection) {
        handler.later(REGISTER_TIMEOUT, () -> {
            if (worker == null) {
                close();
            }
        });
        return socket.pump(session, connection);
    }

    @Override
    public void onFrame(byte[] frame) {
        AgentHandler.turn(() -> handle(frame));
    }

    private void handle(byte[] frame) {
        WorkerMessage message;
        try {
            message = WorkerMessage.parseFrom(frame);
        } catch (InvalidProtocolBufferException e) {
            close();
            return;
        }
        Worker known = worker;
        if (isGone) {
            return;
        }
        if (known != null) {
            handler.onMessage(known, message);
        } else if (message.hasRegister()) {
            worker = handler.onRegister(this, apiKey, message.getRegister());
        } else {
            close();
        }
    }

    @Override
    public void onGone() {
        handler.run(() -> {
            isGone = true;
            if (worker != null) {
                handler.onGone(worker);
            }
        });
    }

    @Override
    public void send(ServerMessage message) {
        if (!socket.send(message.toByteArray())) {
            close();
        }
    }

    @Override
    public void close() {
        socket.end();
    }
}
