// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.http;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Who a client is as far as its address says: an IPv4 address, or the first half of an IPv6 address, of whose other half everybody
 * has all (RFC 6177).
 *
 * @param prefix of as many bits as count
 */
public record ClientNetwork(boolean isV6, long prefix) {
    /** Whoever has no address that could be told, all together. */
    private static final ClientNetwork UNKNOWN = new ClientNetwork(true, 0);

    public static ClientNetwork of(@Nullable SocketAddress client) {
        InetAddress address = client instanceof InetSocketAddress internet ? internet.getAddress() : null;
        if (address == null) {
            return UNKNOWN;
        }
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        return address instanceof Inet6Address
                ? new ClientNetwork(true, bytes.getLong())
                : new ClientNetwork(false, bytes.getInt());
    }
}
