// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import reactor.netty.NettyPipeline;

/** Anyone can open connections, and say nothing, or say it slowly: no token is needed. */
class ConnectionLimitTest {
    private static final int MAX = 10;
    private static final int MAX_WAITING = 3;

    private final ConnectionLimit limit = new ConnectionLimit(MAX, MAX_WAITING, Duration.ofSeconds(30), null);

    @Test
    void theOneThatWaitsLongestMakesRoom() {
        List<EmbeddedChannel> channels = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            channels.add(connect());
        }
        assertThat(channels.stream().map(EmbeddedChannel::isOpen))
                .containsExactly(false, false, false, false, false, true, true, true);
        assertThat(limit.open()).isEqualTo(MAX_WAITING);
        assertThat(limit.turnedAway()).isEqualTo(5);
    }

    /**
     * So on the management port, and where few descriptors lower the limit to less than may wait: the limit was reached
     * before anybody made room, and anyone's idle connections kept out the probes.
     */
    @Test
    void whereAllMayWaitTheLongestMakesRoomToo() {
        ConnectionLimit all = new ConnectionLimit(MAX, MAX, Duration.ofSeconds(30), null);
        EmbeddedChannel busy = connect(all);
        request(busy);
        List<EmbeddedChannel> idle = new ArrayList<>();
        for (int i = 0; i < MAX; i++) {
            idle.add(connect(all));
        }
        assertThat(idle.getFirst().isOpen()).isFalse();
        assertThat(idle.subList(1, MAX)).allMatch(EmbeddedChannel::isOpen);
        assertThat(busy.isOpen()).isTrue();
        assertThat(all.open()).isEqualTo(MAX);
    }

    @Test
    void connectionsWithARequestUnderWayDoNotWait() {
        EmbeddedChannel busy = connect();
        request(busy);
        for (int i = 0; i < 8; i++) {
            connect();
        }
        assertThat(busy.isOpen()).isTrue();
        respond(busy, HttpResponseStatus.OK);
        for (int i = 0; i < MAX_WAITING; i++) {
            assertThat(busy.isOpen()).isTrue();
            connect();
        }
        assertThat(busy.isOpen()).as("after its response it waits as others do").isFalse();
    }

    @Test
    void oneResponseOfTwoIsNotTheEnd() {
        EmbeddedChannel busy = connect();
        request(busy);
        request(busy);
        respond(busy, HttpResponseStatus.CONTINUE);
        respond(busy, HttpResponseStatus.OK);
        for (int i = 0; i < 8; i++) {
            connect();
        }
        assertThat(busy.isOpen()).isTrue();
    }

    @Test
    void webSocketsNeverWait() {
        EmbeddedChannel socket = connect();
        request(socket);
        respond(socket, HttpResponseStatus.SWITCHING_PROTOCOLS);
        for (int i = 0; i < 8; i++) {
            connect();
        }
        assertThat(socket.isOpen()).isTrue();
    }

    @Test
    void beyondTheLimitNoneIsTakenUntilOneGoes() {
        List<EmbeddedChannel> busy = new ArrayList<>();
        for (int i = 0; i < MAX; i++) {
            EmbeddedChannel channel = connect();
            request(channel);
            busy.add(channel);
        }
        assertThat(connect().isOpen()).isFalse();
        assertThat(busy).allMatch(EmbeddedChannel::isOpen);
        busy.getFirst().close();
        assertThat(connect().isOpen()).isTrue();
    }

    /** Also when the response is out long since, and the rest of the body is of no use to anybody. */
    @Test
    void aBodyComesInTimeOrTheConnectionEnds() {
        EmbeddedChannel whole = connect();
        request(whole);
        whole.writeInbound(LastHttpContent.EMPTY_LAST_CONTENT);
        EmbeddedChannel part = connect();
        request(part);
        respond(part, HttpResponseStatus.UNAUTHORIZED);
        for (EmbeddedChannel channel : List.of(whole, part)) {
            channel.advanceTimeBy(31, TimeUnit.SECONDS);
            channel.runScheduledPendingTasks();
        }
        assertThat(whole.isOpen()).isTrue();
        assertThat(part.isOpen()).isFalse();
    }

    /** It took one machine to hold all connections, and then there was none left for anybody else. */
    @Test
    void oneClientUsesItsShareAndIsToldOfTheLimitAndItsKey() {
        ConnectionLimit shared = limit(2);
        EmbeddedChannel first = connect(shared, "192.0.2.1");
        EmbeddedChannel socket = connect(shared, "192.0.2.1");
        request(first);
        request(socket);
        respond(socket, HttpResponseStatus.SWITCHING_PROTOCOLS);
        EmbeddedChannel third = connect(shared, "192.0.2.1");
        assertRefused(third);
        EmbeddedChannel neighbour = connect(shared, "192.0.2.2");
        request(neighbour);
        assertThat(neighbour.<Object>readInbound()).isNotNull();

        respond(first, HttpResponseStatus.OK);
        EmbeddedChannel fourth = connect(shared, "192.0.2.1");
        request(fourth);
        assertThat(fourth.<Object>readInbound())
                .as("the place of one that only waits")
                .isNotNull();
        assertRefused(first);
        socket.close();
        EmbeddedChannel fifth = connect(shared, "192.0.2.1");
        request(fifth);
        assertThat(fifth.<Object>readInbound())
                .as("the place of a socket that was closed")
                .isNotNull();
    }

    /** Who has an IPv6 address has 2^64 of them. */
    @Test
    void anIpv6ClientIsItsNetworkAndOneBehindAProxyIsItself() {
        ConnectionLimit shared = limit(1);
        request(connect(shared, "2001:db8::1"));
        assertRefused(connect(shared, "2001:db8::2:3:4:5"));
        request(connect(shared, "2001:db8:0:1::1"));
        EmbeddedChannel proxied = connect(shared, "10.0.0.1");
        request(proxied, "198.51.100.1");
        EmbeddedChannel another = connect(shared, "10.0.0.1");
        request(another, "198.51.100.2");
        assertThat(another.isOpen()).isTrue();
        EmbeddedChannel again = connect(shared, "10.0.0.1");
        request(again, "198.51.100.1");
        assertThat(again.isOpen()).isFalse();
        EmbeddedChannel liar = connect(shared, "192.0.2.1");
        request(liar, "198.51.100.3");
        assertRefused(connect(shared, "192.0.2.1"));
    }

    private static ConnectionLimit limit(int ofOneClient) {
        TrustedProxies proxies = new TrustedProxies(List.of("10.0.0.0/8"), TrustedProxies.Header.X_FORWARDED_FOR);
        return new ConnectionLimit(MAX, MAX, Duration.ofSeconds(30), new ClientShares(ofOneClient, proxies));
    }

    private static void assertRefused(EmbeddedChannel channel) {
        channel.releaseInbound();
        channel.releaseOutbound();
        request(channel);
        assertThat(channel.<Object>readInbound()).as("nobody is asked").isNull();
        FullHttpResponse response = channel.readOutbound();
        assertThat(response.status()).isEqualTo(HttpResponseStatus.TOO_MANY_REQUESTS);
        assertThat(response.headers().get("Retry-After")).isEqualTo("1");
        assertThat(response.content().toString(UTF_8)).contains("parley.http.max-connections-per-address");
        assertThat(channel.isOpen()).isFalse();
    }

    private static void request(EmbeddedChannel channel, String forwardedFor) {
        HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
        request.headers().set("X-Forwarded-For", forwardedFor);
        channel.writeInbound(request);
    }

    private EmbeddedChannel connect() {
        return connect(limit);
    }

    private static EmbeddedChannel connect(ConnectionLimit limit) {
        return connect(limit, "192.0.2.9");
    }

    private static EmbeddedChannel connect(ConnectionLimit limit, String address) {
        EmbeddedChannel channel = new EmbeddedChannel() {
            @Override
            protected SocketAddress remoteAddress0() {
                return new InetSocketAddress(address, 4711);
            }
        };
        channel.pipeline().addFirst(NettyPipeline.HttpCodec, new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                context.fireChannelRead(message);
            }
        });
        limit.watch(channel);
        return channel;
    }

    private static void request(EmbeddedChannel channel) {
        channel.writeInbound(new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/"));
    }

    private static void respond(EmbeddedChannel channel, HttpResponseStatus status) {
        channel.writeOutbound(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status));
    }
}
