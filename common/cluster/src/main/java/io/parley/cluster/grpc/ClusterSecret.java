// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.grpc;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;

/** What services show each other to be let in. */
public final class ClusterSecret {
    private static final int MIN_LENGTH = 32;

    private final byte[] value;

    /** @throws IllegalArgumentException for an empty one */
    public ClusterSecret(String value) {
        if (value.isEmpty()) {
            throw new IllegalArgumentException("parley.cluster.secret is empty: set the same for all services, for"
                    + " example what `openssl rand -base64 32` prints");
        }
        this.value = value.getBytes(UTF_8);
    }

    /** As it has to be outside of development. @throws IllegalArgumentException for one that could be guessed */
    public static ClusterSecret strong(String value) {
        if (!value.isEmpty() && value.length() < MIN_LENGTH) {
            throw new IllegalArgumentException("parley.cluster.secret is shorter than " + MIN_LENGTH
                    + " characters: use what `openssl rand -base64 32` prints");
        }
        return new ClusterSecret(value);
    }

    /** @param development whether a short one will do */
    public static ClusterSecret of(String value, boolean development) {
        return development ? new ClusterSecret(value) : strong(value);
    }

    String header() {
        return "Bearer " + new String(value, UTF_8);
    }

    /** In constant time. */
    boolean isIn(String header) {
        return MessageDigest.isEqual(header().getBytes(UTF_8), header.getBytes(UTF_8));
    }

    @Override
    public String toString() {
        return "ClusterSecret[…]";
    }
}
