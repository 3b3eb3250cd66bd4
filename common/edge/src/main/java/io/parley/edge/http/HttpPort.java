// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.http;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.handler.codec.http.HttpRequest;
import java.net.InetSocketAddress;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import reactor.netty.http.server.ConnectionInfo;

/** Puts the bounds of connections on the HTTP server of its application context, and tells it whose word to take for addresses. */
public final class HttpPort implements WebServerFactoryCustomizer<NettyReactiveWebServerFactory> {
    private final ConnectionLimit limit;
    private final TrustedProxies proxies;

    /** @param name of the port, as metrics have it */
    public HttpPort(String name, ConnectionLimit limit, TrustedProxies proxies, MeterRegistry meters) {
        this.limit = limit;
        this.proxies = proxies;
        Gauge.builder("parley.http.connections", limit, ConnectionLimit::open)
                .description("Connections that are open")
                .tag("port", name)
                .register(meters);
        FunctionCounter.builder("parley.http.connections.turned.away", limit, ConnectionLimit::turnedAway)
                .description(
                        "Connections closed as too many, or too slow with a body. Many: an attack, or limits too low")
                .tag("port", name)
                .register(meters);
    }

    @Override
    public void customize(NettyReactiveWebServerFactory factory) {
        factory.addServerCustomizers(
                server -> server.doOnChannelInit((observer, channel, address) -> limit.watch(channel))
                        .forwarded(this::client));
    }

    private ConnectionInfo client(ConnectionInfo connection, HttpRequest request) {
        InetSocketAddress peer = connection.getRemoteAddress();
        InetSocketAddress client = peer == null ? null : proxies.client(peer, request.headers());
        return client == null || client.equals(peer) ? connection : connection.withRemoteAddress(client);
    }
}
