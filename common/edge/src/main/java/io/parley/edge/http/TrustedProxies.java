// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.http;

import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a request comes from if proxies of ours stand between. Each of them adds at the end of the header whom it has the
 * request from; everything before is what anybody may have written. So the address that counts is the last in the header
 * that is none of these proxies'. A connection that none of them made is nobody's but its own, whatever its headers say.
 */
public final class TrustedProxies {
    /** How proxies say whom they have a request from. Of others than the one in use, clients may write what they like. */
    public enum Header {
        X_FORWARDED_FOR("X-Forwarded-For"),
        /** RFC 7239, its parameter {@code for}. */
        FORWARDED("Forwarded"),
        X_REAL_IP("X-Real-IP");

        private final String field;

        Header(String field) {
            this.field = field;
        }
    }

    private final Networks networks;
    private final Header header;

    /**
     * @param networks addresses, or networks as address/bits
     * @throws IllegalArgumentException naming one that is neither
     */
    public TrustedProxies(List<String> networks, Header header) {
        this.networks = Networks.of("parley.http.trusted-proxies", networks);
        this.header = header;
    }

    /** @param peer who made the connection @return who made the request */
    InetSocketAddress client(InetSocketAddress peer, HttpHeaders headers) {
        if (!isTrusted(peer)) {
            return peer;
        }
        InetSocketAddress nearest = peer;
        List<String> lines = headers.getAll(header.field);
        for (int i = lines.size() - 1; i >= 0; i--) {
            String line = lines.get(i);
            for (int end = line.length(); end >= 0; ) {
                int comma = line.lastIndexOf(',', end - 1);
                InetAddress address = node(line.substring(comma + 1, end).strip());
                if (address == null) {
                    return nearest; // whom the proxy does not name
                }
                nearest = new InetSocketAddress(address, 0);
                if (!isTrusted(nearest)) {
                    return nearest;
                }
                end = comma;
            }
        }
        return nearest;
    }

    private boolean isTrusted(InetSocketAddress address) {
        return networks.contains(address);
    }

    private @Nullable InetAddress node(String element) {
        if (header != Header.FORWARDED) {
            return Networks.parse(withoutPort(element));
        }
        for (String pair : element.split(";", -1)) {
            String[] parts = pair.strip().split("=", 2);
            if (parts.length == 2 && parts[0].equalsIgnoreCase("for")) {
                return Networks.parse(withoutPort(parts[1].replace("\"", "")));
            }
        }
        return null;
    }

    /** Of 192.0.2.1:4711, [2001:db8::1]:4711 and [2001:db8::1]; an IPv6 address without brackets has none. */
    private static String withoutPort(String node) {
        int bracket = node.indexOf(']');
        if (node.startsWith("[") && bracket > 0) {
            return node.substring(1, bracket);
        }
        int colon = node.indexOf(':');
        return colon >= 0 && colon == node.lastIndexOf(':') ? node.substring(0, colon) : node;
    }
}
