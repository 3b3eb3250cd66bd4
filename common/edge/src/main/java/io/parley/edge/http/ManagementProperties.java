// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.http;

import io.parley.edge.config.Allowed;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What probes and scrapers may hold ({@code parley.management}).
 *
 * @param maxConnections of the management port
 */
public record ManagementProperties(@DefaultValue("200") int maxConnections) {
    public ManagementProperties {
        Allowed.atLeast("parley.management.max-connections", maxConnections, 1);
    }
}
