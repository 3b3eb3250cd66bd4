// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.grpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/** What every call carries in its headers: the version of the node link and the cluster secret. */
final class Envelope implements ClientInterceptor, ServerInterceptor {
    /** Of {@code node_link.proto}. A change that an older side would misread raises it. */
    static final int VERSION = 1;

    static final Metadata.Key<String> VERSION_KEY =
            Metadata.Key.of("parley-link-version", Metadata.ASCII_STRING_MARSHALLER);
    static final Metadata.Key<String> SECRET_KEY = Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private final ClusterSecret secret;

    Envelope(ClusterSecret secret) {
        this.secret = secret;
    }

    @Override
    public <Q, P> ClientCall<Q, P> interceptCall(MethodDescriptor<Q, P> method, CallOptions options, Channel next) {
        return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
            @Override
            public void start(Listener<P> listener, Metadata headers) {
                headers.put(VERSION_KEY, String.valueOf(VERSION));
                headers.put(SECRET_KEY, secret.header());
                super.start(listener, headers);
            }
        };
    }

    @Override
    public <Q, P> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, P> call, Metadata headers, ServerCallHandler<Q, P> next) {
        @Nullable String shown = headers.get(SECRET_KEY);
        if (shown == null || !secret.isIn(shown)) {
            return refuse(call, Status.UNAUTHENTICATED.withDescription("the cluster secret is another one here"));
        }
        @Nullable String version = headers.get(VERSION_KEY);
        if (!String.valueOf(VERSION).equals(version)) {
            return refuse(
                    call,
                    Status.FAILED_PRECONDITION.withDescription(
                            "node link version " + VERSION + " is spoken here, not " + version));
        }
        return next.startCall(call, headers);
    }

    private static <Q, P> ServerCall.Listener<Q> refuse(ServerCall<Q, P> call, Status status) {
        call.close(status, new Metadata());
        return new ServerCall.Listener<>() {};
    }
}
