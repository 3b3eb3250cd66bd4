// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge;

import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What every service of a cluster is told alike ({@code parley.cluster}).
 *
 * @param secret what services show each other
 * @param redisUrl where the directory is
 * @param redisSentinel what its sentinels are shown
 * @param redisTls of connections to it
 * @param tls of the node link
 */
public record ClusterProperties(
        @DefaultValue("") String secret,
        @DefaultValue("redis://localhost:6379") String redisUrl,
        @DefaultValue Sentinel redisSentinel,
        @DefaultValue Tls redisTls,
        @DefaultValue Tls tls) {
    public record Sentinel(
            @DefaultValue("") String username,
            @DefaultValue("") String password) {}

    /**
     * PEM files; all "" for none.
     *
     * @param certificate of this service
     * @param key of the certificate, as PKCS #8
     * @param ca whose certificates services have
     */
    public record Tls(
            @DefaultValue("") String certificate,
            @DefaultValue("") String key,
            @DefaultValue("") String ca) {}

    @Override
    public String toString() {
        return "ClusterProperties[…]"; // never the secrets
    }
}
