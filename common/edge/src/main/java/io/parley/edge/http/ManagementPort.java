// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.http;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextType;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.web.server.ServerWebExchange;

/**
 * The management port where it is one of its own: with a limit of its own, so that it answers while the API is full of
 * connections. Spring Boot finds it by META-INF/spring.
 */
@ManagementContextConfiguration(value = ManagementContextType.CHILD, proxyBeanMethods = false)
public class ManagementPort {
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);

    /** Bounds of a port that only probes and scrapers use. */
    public static HttpPort of(ManagementProperties properties, MeterRegistry meters) {
        int max = properties.maxConnections();
        TrustedProxies none = new TrustedProxies(List.of(), TrustedProxies.Header.X_FORWARDED_FOR);
        return new HttpPort("management", new ConnectionLimit(max, max, REQUEST_TIMEOUT, null), none, meters);
    }

    /** Whether a request came in by the management port. */
    public static boolean is(ServerWebExchange exchange) {
        return WebServerApplicationContext.hasServerNamespace(exchange.getApplicationContext(), "management");
    }

    @Bean
    HttpPort managementHttpPort(ManagementProperties properties, MeterRegistry meters) {
        return of(properties, meters);
    }
}
