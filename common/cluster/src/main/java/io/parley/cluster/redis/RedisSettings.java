// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.redis;

/**
 * Where Redis is, and what is shown there; "" for what there is not.
 *
 * @param url redis://, redis-sentinel:// or redis-cluster:// with hosts separated by commas, with rediss for TLS; with user and
 *     password, if there are any
 * @param sentinelUsername what sentinels are told
 * @param sentinelPassword what sentinels are told
 * @param ca PEM file of the authority that Redis has its certificate from; those that the JVM trusts if ""
 * @param certificate PEM file that is shown to Redis
 * @param key the certificate's, as PKCS #8
 */
public record RedisSettings(
        String url, String sentinelUsername, String sentinelPassword, String ca, String certificate, String key) {
    public static RedisSettings of(String url) {
        return new RedisSettings(url, "", "", "", "", "");
    }

    @Override
    public String toString() {
        return "RedisSettings[…]"; // never the secrets
    }
}
