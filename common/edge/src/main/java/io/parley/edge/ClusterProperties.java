// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge;

import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What every service of a cluster is told alike ({@code parley.cluster}).
 *
 * @param secret what services show each other
 * @param redisUrl where the directory is
 */
public record ClusterProperties(
        @DefaultValue("") String secret,
        @DefaultValue("redis://localhost:6379") String redisUrl) {
    @Override
    public String toString() {
        return "ClusterProperties[…]"; // never the secrets
    }
}
