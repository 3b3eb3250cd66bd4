// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.http;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Networks that a setting names. */
public final class Networks {
    private final List<IpSubnetFilterRule> rules;

    private Networks(List<IpSubnetFilterRule> rules) {
        this.rules = rules;
    }

    /**
     * @param key of the setting
     * @param texts addresses, or networks as address/bits
     * @throws IllegalArgumentException naming one that is neither
     */
    public static Networks of(String key, List<String> texts) {
        return new Networks(texts.stream().map(text -> rule(key, text)).toList());
    }

    private static IpSubnetFilterRule rule(String key, String text) {
        int slash = text.indexOf('/');
        InetAddress address = parse(slash < 0 ? text : text.substring(0, slash));
        try {
            if (address != null) {
                int allBits = address.getAddress().length * Byte.SIZE;
                int bits = slash < 0 ? allBits : Integer.parseInt(text.substring(slash + 1));
                return new IpSubnetFilterRule(address, bits, IpFilterRuleType.ACCEPT);
            }
        } catch (IllegalArgumentException tooManyBits) {
            // said below
        }
        throw new IllegalArgumentException(
                key + ": \"" + text + "\" is no address and no network: write 10.0.0.7, 10.0.0.0/8 or fd00::/8, say");
    }

    public boolean contains(InetAddress address) {
        return contains(new InetSocketAddress(address, 0));
    }

    /** For each request: without a stream. */
    boolean contains(InetSocketAddress address) {
        for (IpSubnetFilterRule rule : rules) {
            if (rule.matches(address)) {
                return true;
            }
        }
        return false;
    }

    /** Never a name, which would have to be looked up, nor an address with a zone. */
    static @Nullable InetAddress parse(String text) {
        if (text.indexOf('%') >= 0) {
            return null;
        }
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException noAddress) {
            return null;
        }
    }
}
