// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook.send;

import io.parley.edge.http.Networks;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Which addresses an endpoint may have that somebody entered by the API: those of the public internet (RFC 6890's
 * registries of special-purpose addresses), and what is allowed beside. An address that carries an IPv4 address in it is
 * judged by that one, too.
 */
final class AddressGuard {
    private static final Networks SPECIAL = Networks.of(
            "special addresses",
            List.of(
                    "0.0.0.0/8",
                    "10.0.0.0/8",
                    "100.64.0.0/10",
                    "127.0.0.0/8",
                    "169.254.0.0/16",
                    "172.16.0.0/12",
                    "192.0.0.0/24",
                    "192.0.2.0/24",
                    "192.31.196.0/24",
                    "192.52.193.0/24",
                    "192.88.99.0/24",
                    "192.168.0.0/16",
                    "192.175.48.0/24",
                    "198.18.0.0/15",
                    "198.51.100.0/24",
                    "203.0.113.0/24",
                    "224.0.0.0/3",
                    "::/96", // unspecified, loopback, and IPv4 written as IPv6
                    "64:ff9b:1::/48",
                    "100::/64",
                    "2001::/23",
                    "2001:db8::/32",
                    "2002::/16",
                    "3fff::/20",
                    "5f00::/16",
                    "fc00::/7",
                    "fe80::/9", // link-local and the old site-local
                    "ff00::/8"));

    /** NAT64: the last four bytes are an IPv4 address (RFC 6052). */
    private static final Networks NAT64 = Networks.of("NAT64", List.of("64:ff9b::/96"));

    private final Networks allowed;

    /** @param allowed beside public ones */
    AddressGuard(Networks allowed) {
        this.allowed = allowed;
    }

    boolean allows(InetAddress address) {
        InetAddress plain = unmapped(address);
        return allowed.contains(plain) || (!SPECIAL.contains(plain) && allowsInner(plain));
    }

    /** Java makes an IPv4 address of ::ffff:127.0.0.1, Netty does not. */
    private static InetAddress unmapped(InetAddress address) {
        try {
            return InetAddress.getByAddress(address.getAddress());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes", e);
        }
    }

    private boolean allowsInner(InetAddress address) {
        if (!NAT64.contains(address)) {
            return true;
        }
        byte[] bytes = address.getAddress();
        return allows(InetAddress.ofLiteral(
                "%d.%d.%d.%d".formatted(bytes[12] & 0xff, bytes[13] & 0xff, bytes[14] & 0xff, bytes[15] & 0xff)));
    }
}
