// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.net;

import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The addresses of this host that a peer could reach. */
public final class HostAddresses {
    private static final int MAX_ADDRESSES = 8;

    private HostAddresses() {}

    /** IPv4 before IPv6, loopback last; without link-local ones, which need a scope that SDP can't carry. */
    public static List<InetAddress> find(boolean withLoopback) {
        List<InetAddress> found = new ArrayList<>();
        try {
            for (NetworkInterface card : NetworkInterface.networkInterfaces().toList()) {
                if (card.isUp()) {
                    card.inetAddresses()
                            .filter(address -> !address.isLinkLocalAddress() && !address.isMulticastAddress())
                            .filter(address -> withLoopback || !address.isLoopbackAddress())
                            .forEach(found::add);
                }
            }
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
        found.sort(Comparator.comparing(InetAddress::isLoopbackAddress)
                .thenComparing(address -> !(address instanceof Inet4Address)));
        return found.subList(0, Math.min(found.size(), MAX_ADDRESSES));
    }
}
