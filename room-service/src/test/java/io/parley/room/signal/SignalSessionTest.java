// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.signal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.Uninterruptibles;
import io.netty.channel.embedded.EmbeddedChannel;
import io.parley.api.signal.SignalDialect;
import io.parley.api.token.Grants;
import io.parley.api.token.SipGrant;
import io.parley.edge.http.ClientConnection;
import io.parley.edge.security.ApiKeys;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import livekit.LivekitModels.ClientInfo;
import livekit.LivekitModels.ParticipantInfo;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.socket.CloseStatus;
import org.springframework.web.reactive.socket.HandshakeInfo;
import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.reactive.socket.adapter.AbstractWebSocketSession;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Ends that a client has no part in: anyone with a token can stop to read, or be gone without a word. */
class SignalSessionTest {
    private static final SignalDialect TODAY =
            SignalDialect.of(ClientInfo.newBuilder().setProtocol(17).build());
    private static final Duration SHORT = Duration.ofMillis(10);
    private static final Duration GENEROUS = Duration.ofSeconds(30);

    private static final TokenRefresh TOKEN = new TokenRefresh(
            new ApiKeys(Map.of("key", "secret")),
            new Grants("key", "alice", "", "", Map.of(), ParticipantInfo.Kind.STANDARD, null, SipGrant.NONE, Map.of()),
            Instant.EPOCH);

    private final EmbeddedChannel channel = new EmbeddedChannel();

    @Test
    void aClientThatAnswersNoPingIsReset() {
        SignalSession session = new SignalSession(TODAY, TOKEN, SHORT);
        session.pump(new Socket(false), new ClientConnection(channel)).subscribe();
        Awaitility.await().atMost(GENEROUS).until(() -> !channel.isOpen());
    }

    @Test
    void aClientThatAnswersEachPingStays() {
        Socket socket = new Socket(true);
        SignalSession session = new SignalSession(TODAY, TOKEN, SHORT);
        session.pump(socket, new ClientConnection(channel)).subscribe();
        Awaitility.await("many more pings than may go unanswered")
                .atMost(GENEROUS)
                .until(() -> socket.pings.get() > 20);
        assertThat(channel.isOpen()).isTrue();
    }

    /** What is queued for it would keep the socket open for as long as it likes. */
    @Test
    void aClientThatDoesNotTakeItsLeaveIsReset() {
        SignalSession session = new SignalSession(TODAY, TOKEN, Duration.ofHours(1));
        session.onResponse(new byte[10]);
        session.pump(new Socket(false), new ClientConnection(channel)).subscribe();
        session.onClosed();
        Awaitility.await().atMost(GENEROUS).until(() -> !channel.isOpen());
    }

    /** Two told it something at once, and only one of them is heard: all that follows would build on what it does not know. */
    @Test
    void aClientThatWouldMissAResponseIsReset() {
        SignalSession session = new SignalSession(TODAY, TOKEN, Duration.ofHours(1));
        Socket socket = new Socket(true);
        socket.onSend = () -> {
            Thread other = Thread.ofPlatform().start(() -> session.onResponse(new byte[20]));
            Uninterruptibles.joinUninterruptibly(other);
        };
        session.pump(socket, new ClientConnection(channel)).subscribe();
        session.onResponse(new byte[10]);
        assertThat(channel.isOpen()).isFalse();
    }

    /** Takes what it is sent and answers pings, or does neither. */
    private static final class Socket extends AbstractWebSocketSession<String> {
        final AtomicInteger pings = new AtomicInteger();
        private final Sinks.Many<WebSocketMessage> fromClient =
                Sinks.many().unicast().onBackpressureBuffer();
        private final boolean isReading;
        Runnable onSend = () -> {};

        Socket(boolean isReading) {
            super(
                    "client",
                    "id",
                    new HandshakeInfo(URI.create("/rtc"), new HttpHeaders(), Mono.empty(), null),
                    DefaultDataBufferFactory.sharedInstance);
            this.isReading = isReading;
        }

        @Override
        public Flux<WebSocketMessage> receive() {
            return fromClient.asFlux();
        }

        @Override
        public Mono<Void> send(Publisher<WebSocketMessage> messages) {
            return isReading
                    ? Flux.from(messages)
                            .doOnNext(ping -> {
                                onSend.run();
                                pings.incrementAndGet();
                                fromClient.tryEmitNext(new WebSocketMessage(
                                        WebSocketMessage.Type.PONG,
                                        bufferFactory().wrap(new byte[0])));
                            })
                            .then()
                    : Mono.never();
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public Mono<CloseStatus> closeStatus() {
            return Mono.never();
        }

        @Override
        public Mono<Void> close(CloseStatus status) {
            return Mono.never();
        }
    }
}
