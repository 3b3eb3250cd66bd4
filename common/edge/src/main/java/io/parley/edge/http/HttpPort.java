// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.http;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;

/** Puts the bounds of connections on the HTTP server of its application context. */
public final class HttpPort implements WebServerFactoryCustomizer<NettyReactiveWebServerFactory> {
    private final ConnectionLimit limit;

    /** @param name of the port, as metrics have it */
    public HttpPort(String name, ConnectionLimit limit, MeterRegistry meters) {
        this.limit = limit;
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
                server -> server.doOnChannelInit((observer, channel, address) -> limit.watch(channel)));
    }
}
