// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook.send;

import io.netty.resolver.AbstractAddressResolver;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Looks names up and lets through only addresses that the guard allows. The client connects to what comes out of here and
 * looks nothing up again, so a name can't lead elsewhere after the check.
 */
final class GuardedResolverGroup extends AddressResolverGroup<InetSocketAddress> {
    /** A host has none but addresses that endpoints may not have. */
    static final class NotAllowedException extends Exception {
        NotAllowedException() {
            super("no address of the host is allowed");
        }

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }

    private final AddressResolverGroup<InetSocketAddress> names;
    private final AddressGuard guard;

    /** @param names owned by this group */
    GuardedResolverGroup(AddressResolverGroup<InetSocketAddress> names, AddressGuard guard) {
        this.names = names;
        this.guard = guard;
    }

    @Override
    protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
        return new Guarded(executor, names.getResolver(executor));
    }

    @Override
    public void close() {
        super.close();
        names.close();
    }

    private final class Guarded extends AbstractAddressResolver<InetSocketAddress> {
        private final AddressResolver<InetSocketAddress> inner;

        Guarded(EventExecutor executor, AddressResolver<InetSocketAddress> inner) {
            super(executor, InetSocketAddress.class);
            this.inner = inner;
        }

        /** Never: an address that stands in a URL is to be checked, too. */
        @Override
        protected boolean doIsResolved(InetSocketAddress address) {
            return false;
        }

        @Override
        protected void doResolve(InetSocketAddress unresolved, Promise<InetSocketAddress> promise) {
            inner.resolveAll(unresolved).addListener((Future<List<InetSocketAddress>> found) -> {
                if (found.isSuccess()) {
                    allowed(found.getNow()).stream()
                            .findFirst()
                            .ifPresentOrElse(promise::trySuccess, () -> promise.tryFailure(new NotAllowedException()));
                } else {
                    promise.tryFailure(found.cause());
                }
            });
        }

        @Override
        protected void doResolveAll(InetSocketAddress unresolved, Promise<List<InetSocketAddress>> promise) {
            inner.resolveAll(unresolved).addListener((Future<List<InetSocketAddress>> found) -> {
                if (!found.isSuccess()) {
                    promise.tryFailure(found.cause());
                } else if (allowed(found.getNow()).isEmpty()) {
                    promise.tryFailure(new NotAllowedException());
                } else {
                    promise.trySuccess(allowed(found.getNow()));
                }
            });
        }

        private List<InetSocketAddress> allowed(List<InetSocketAddress> addresses) {
            return addresses.stream()
                    .filter(address -> guard.allows(address.getAddress()))
                    .toList();
        }
    }
}
