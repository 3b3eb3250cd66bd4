// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.signal;

import io.parley.api.error.ApiError;
import io.parley.api.id.RoomName;
import io.parley.api.signal.Leaves;
import io.parley.api.signal.SignalDialect;
import io.parley.cluster.SignalLink;
import io.parley.edge.http.ClientConnection;
import io.parley.room.socket.ClientSocket;
import io.parley.room.socket.ProtoFrames;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitRtc.RoomMovedResponse;
import livekit.LivekitRtc.SignalRequest;
import livekit.LivekitRtc.SignalResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.socket.WebSocketSession;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** One client's signal stream between its WebSocket and its node; its frames pass unparsed. */
final class SignalSession implements SignalLink.Listener, ClientSocket.Peer {
    private static final ClientSocket.Json JSON =
            new ProtoFrames(SignalRequest.getDefaultInstance(), SignalResponse.getDefaultInstance());

    private final Sinks.One<Boolean> started = Sinks.one();
    private final AtomicBoolean isClosed = new AtomicBoolean();
    private final SignalDialect dialect;
    private final ClientSocket client;
    private final TokenRefresh token;
    private SignalLink.@Nullable Requests requests;

    /** Something was sent; written and read by the node's calls, of which there is one at a time. */
    private boolean hasResponse;

    SignalSession(SignalDialect dialect, TokenRefresh token) {
        this(dialect, token, ClientSocket.PING_INTERVAL);
    }

    SignalSession(SignalDialect dialect, TokenRefresh token, Duration pingInterval) {
        this.dialect = dialect;
        this.token = token;
        this.client = new ClientSocket(JSON, this, UnaryOperator.identity(), pingInterval);
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
        return client.over();
    }

    @Override
    public void onResponse(byte[] frame) {
        send(frame);
        started.tryEmitValue(true);
        hasResponse = true;
        refreshToken(); // clients ping every five seconds: there is always a response to look at the time by
    }

    private void send(byte[] frame) {
        if (!client.send(frame)) {
            onClosed(); // it comes back to a snapshot
        }
    }

    @Override
    public void onClaims(RoomName room, ParticipantInfo participant) {
        token.onClaims(room, participant);
        if (hasResponse) { // which is the first that a client hears
            refreshToken();
        }
    }

    @Override
    public void onRoomMoved(RoomMovedResponse moved) {
        token.onClaims(new RoomName(moved.getRoom().getName()), moved.getParticipant());
        String minted = token.mint(Instant.now());
        SignalResponse response = SignalResponse.newBuilder()
                .setRoomMoved(moved.toBuilder().setToken(minted))
                .build();
        send(response.toByteArray());
        sendToken(minted); // SDKs in Rust tell their application of the one above, and keep that of before
    }

    private void refreshToken() {
        String minted = token.mintIfDue(Instant.now());
        if (minted != null) {
            sendToken(minted);
        }
    }

    private void sendToken(String minted) {
        send(SignalResponse.newBuilder().setRefreshToken(minted).build().toByteArray());
    }

    @Override
    public void onRefused(ApiError error) {
        if (isClosed.compareAndSet(false, true)) {
            client.end();
            started.tryEmitError(error);
        }
    }

    @Override
    public void onClosed() {
        if (isClosed.compareAndSet(false, true)) {
            client.end();
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
        started.tryEmitValue(true);
        onClosed();
    }

    private void say(SignalResponse response) {
        dialect.say(response, spoken -> send(spoken.toByteArray()));
    }

    /** The client went away, before or after the upgrade. */
    void abandon() {
        client.leave();
        SignalLink.Requests open = requests;
        if (open != null) {
            open.close();
        }
    }

    /** Pumps both ways until either side ends. */
    Mono<Void> pump(WebSocketSession socket, ClientConnection connection) {
        return client.pump(socket, connection);
    }

    @Override
    public void onFrame(byte[] frame) {
        SignalLink.Requests open = requests;
        if (open != null) {
            open.send(frame);
        }
    }

    @Override
    public void onGone() {
        abandon();
        onClosed();
    }
}
