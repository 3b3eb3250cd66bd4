// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.http;

import io.parley.edge.config.Allowed;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What clients of the API port may hold ({@code parley.http}).
 *
 * @param maxConnections signal sockets, and requests on their way
 * @param maxWaitingConnections of these, connections that have no whole request under way
 * @param maxConnectionsPerAddress of one client, in use; 0: no limit
 * @param requestTimeout within which a request's body is there
 * @param maxPendingJoins joins that wait for their first response
 * @param trustedProxies addresses and networks of those that are believed when they say whom they have a request from
 * @param clientAddressHeader in which they say it
 */
public record HttpProperties(
        @DefaultValue("10000") int maxConnections,
        @DefaultValue("1000") int maxWaitingConnections,
        @DefaultValue("1000") int maxConnectionsPerAddress,
        @DefaultValue("30s") Duration requestTimeout,
        @DefaultValue("256") int maxPendingJoins,
        @DefaultValue List<String> trustedProxies,
        @DefaultValue("x-forwarded-for") TrustedProxies.Header clientAddressHeader) {
    public HttpProperties {
        Allowed.atLeast("parley.http.max-connections", maxConnections, 1);
        Allowed.atLeast("parley.http.max-waiting-connections", maxWaitingConnections, 1);
        Allowed.atLeast("parley.http.max-connections-per-address", maxConnectionsPerAddress, 0);
        Allowed.time("parley.http.request-timeout", requestTimeout, Duration.ofSeconds(1));
    }
}
