// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.buf;

import java.net.InetSocketAddress;
import java.util.Objects;

/**
 * One 5-tuple seen from this host: which of the shard's sockets, and the remote transport address. Equal paths are
 * equal by value; the hash is computed once because every packet is looked up by its path.
 */
public final class Path {
    private final int local;
    private final InetSocketAddress remote;
    private final int hash;

    /**
     * @param local index of the socket in the owner's list of local candidate addresses, from 0
     * @param remote resolved remote address
     */
    public Path(int local, InetSocketAddress remote) {
        this.local = local;
        this.remote = Objects.requireNonNull(remote);
        this.hash = 31 * remote.hashCode() + local;
    }

    public int local() {
        return local;
    }

    public InetSocketAddress remote() {
        return remote;
    }

    @Override
    public boolean equals(Object other) {
        return this == other || (other instanceof Path path && path.local == local && path.remote.equals(remote));
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return local + ">" + remote;
    }
}
