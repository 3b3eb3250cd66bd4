// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook.send;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.resolver.InetSocketAddressResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.Promise;
import io.parley.edge.http.Networks;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class GuardedResolverGroupTest {
    private static AddressResolver<InetSocketAddress> resolver(String... addresses) {
        List<InetAddress> found =
                Stream.of(addresses).map(InetAddress::ofLiteral).toList();
        AddressResolverGroup<InetSocketAddress> names = new AddressResolverGroup<>() {
            @Override
            protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
                return new InetSocketAddressResolver(executor, new InetNameResolver(executor) {
                    @Override
                    protected void doResolve(String name, Promise<InetAddress> promise) {
                        promise.setSuccess(found.getFirst());
                    }

                    @Override
                    protected void doResolveAll(String name, Promise<List<InetAddress>> promise) {
                        promise.setSuccess(found);
                    }
                });
            }
        };
        return new GuardedResolverGroup(names, new AddressGuard(Networks.of("allowed", List.of())))
                .getResolver(ImmediateEventExecutor.INSTANCE);
    }

    private static InetSocketAddress unresolved() {
        return InetSocketAddress.createUnresolved("example.com", 443);
    }

    /** Whoever owns a name may give it any addresses. */
    @Test
    void ofANamesAddressesOnlyThoseThatAreAllowedComeThrough() {
        AddressResolver<InetSocketAddress> resolver = resolver("10.0.0.1", "8.8.8.8", "169.254.169.254");
        assertThat(resolver.resolveAll(unresolved()).getNow())
                .extracting(address -> address.getAddress().getHostAddress())
                .containsExactly("8.8.8.8");
        assertThat(resolver.resolve(unresolved()).getNow().getAddress().getHostAddress())
                .isEqualTo("8.8.8.8");
    }

    @Test
    void aNameWithoutAnyFails() {
        AddressResolver<InetSocketAddress> resolver = resolver("10.0.0.1", "::1");
        for (Future<?> future : List.of(resolver.resolve(unresolved()), resolver.resolveAll(unresolved()))) {
            assertThat(future.cause()).isInstanceOf(GuardedResolverGroup.NotAllowedException.class);
        }
    }

    @Test
    void anAddressThatNeedsNoLookUpIsJudgedToo() {
        InetSocketAddress inside = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 80);
        AddressResolver<InetSocketAddress> resolver = resolver("8.8.8.8");
        assertThat(resolver.isResolved(inside)).isFalse();
        assertThat(resolver.resolveAll(inside).cause()).isInstanceOf(GuardedResolverGroup.NotAllowedException.class);
    }
}
