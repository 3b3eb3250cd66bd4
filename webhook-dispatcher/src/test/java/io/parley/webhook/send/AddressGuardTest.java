// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook.send;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.edge.http.Networks;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressGuardTest {
    private static AddressGuard guard(String... allowed) {
        return new AddressGuard(Networks.of("allowed", List.of(allowed)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"8.8.8.8", "93.184.216.34", "172.32.0.1", "2606:4700::1111", "64:ff9b::808:808"})
    void publicAddressesAreAllowed(String address) {
        assertThat(guard().allows(InetAddress.ofLiteral(address))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "10.1.2.3",
                "100.64.0.1",
                "127.0.0.1",
                "127.255.255.254",
                "169.254.169.254",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "198.18.0.1",
                "224.0.0.1",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "::ffff:127.0.0.1",
                "::ffff:10.0.0.1",
                "::7f00:1",
                "64:ff9b::7f00:1",
                "64:ff9b::a9fe:a9fe",
                "2002:7f00:1::",
                "2001:0:7f00:1::",
                "fc00::1",
                "fd12:3456::1",
                "fe80::1",
                "fec0::1",
                "ff02::1"
            })
    void othersAreNot(String address) {
        assertThat(guard().allows(InetAddress.ofLiteral(address))).isFalse();
    }

    /** A URL with such an address came through: Netty keeps it as IPv6. Whoever may make an endpoint could have sent one. */
    @Test
    void anIpv4AddressInAnIpv6AddressIsJudgedAsWhatItIs() throws UnknownHostException {
        byte[] mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 127, 0, 0, 1};
        assertThat(guard().allows(Inet6Address.getByAddress(null, mapped, -1))).isFalse();
    }

    @Test
    void whatIsAllowedIsAllowed() {
        AddressGuard guard = guard("10.1.0.0/16", "fd00::/8");
        assertThat(guard.allows(InetAddress.ofLiteral("10.1.2.3"))).isTrue();
        assertThat(guard.allows(InetAddress.ofLiteral("10.2.2.3"))).isFalse();
        assertThat(guard.allows(InetAddress.ofLiteral("fd00::1"))).isTrue();
        assertThat(guard.allows(InetAddress.ofLiteral("64:ff9b::a01:203"))).isTrue();
        assertThat(guard.allows(InetAddress.ofLiteral("64:ff9b::a02:203"))).isFalse();
    }
}
