// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.grpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.NodeId;
import io.parley.cluster.LogThrottle;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What every call carries in its headers: the version of the node link, the cluster secret, and the node that the call is
 * meant for. That may be gone, and its address be another's.
 */
final class Envelope implements ClientInterceptor, ServerInterceptor {
    /**
     * Of {@code node_link.proto}, one number for a release. The one before and the one after it are spoken to as well, so that
     * services may be updated one by one: what is in the file keeps its number and its meaning for a release, and what comes new
     * may be passed over.
     */
    static final int VERSION = 5;

    /** Before it, tokens' claims had another form. */
    private static final int OLDEST = 5;

    static final Metadata.Key<String> VERSION_KEY =
            Metadata.Key.of("parley-link-version", Metadata.ASCII_STRING_MARSHALLER);
    static final Metadata.Key<String> SECRET_KEY = Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    /** Whom a call is meant for; on the trailers of a refusal, who answers instead. */
    static final Metadata.Key<String> NODE_KEY = Metadata.Key.of("parley-node", Metadata.ASCII_STRING_MARSHALLER);

    private static final Logger log = LoggerFactory.getLogger(Envelope.class);

    private final ClusterSecret secret;
    private final NodeId node;
    private final LogThrottle refusals = new LogThrottle();

    /** @param node the one that calls go to, at either end */
    Envelope(ClusterSecret secret, NodeId node) {
        this.secret = secret;
        this.node = node;
    }

    /** Whether a call failed because another node has the address of the one that was called. */
    static boolean isFromAnotherNode(Throwable error) {
        Metadata trailers = Status.trailersFromThrowable(error);
        return trailers != null && trailers.containsKey(NODE_KEY);
    }

    @Override
    public <Q, P> ClientCall<Q, P> interceptCall(MethodDescriptor<Q, P> method, CallOptions options, Channel next) {
        return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
            @Override
            public void start(Listener<P> listener, Metadata headers) {
                headers.put(VERSION_KEY, String.valueOf(VERSION));
                headers.put(SECRET_KEY, secret.header());
                headers.put(NODE_KEY, node.value());
                super.start(listener, headers);
            }
        };
    }

    @Override
    public <Q, P> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, P> call, Metadata headers, ServerCallHandler<Q, P> next) {
        @Nullable String shown = headers.get(SECRET_KEY);
        if (shown == null || !secret.isIn(shown)) {
            say(
                    call,
                    "a service that shows another cluster secret is not let in: set parley.cluster.secret alike for all");
            return refuse(
                    call,
                    Status.UNAUTHENTICATED.withDescription("the cluster secret is another one here"),
                    new Metadata());
        }
        @Nullable String version = headers.get(VERSION_KEY);
        if (!isSpoken(version)) {
            say(
                    call,
                    "a service that speaks another version of the node link is not let in: run releases that are one apart"
                            + " at most");
            return refuse(
                    call,
                    Status.FAILED_PRECONDITION.withDescription(
                            "node link version " + VERSION + " is spoken here, not " + version),
                    new Metadata());
        }
        @Nullable String meant = headers.get(NODE_KEY);
        if (!node.value().equals(meant)) {
            ApiError error = new ApiError(ErrorCode.UNAVAILABLE, "the node is gone", ApiError.Fault.US);
            Metadata trailers = Statuses.trailers(error);
            trailers.put(NODE_KEY, node.value());
            return refuse(call, Status.ABORTED.withDescription(error.getMessage()), trailers);
        }
        return next.startCall(call, headers);
    }

    private static boolean isSpoken(@Nullable String version) {
        return IntStream.rangeClosed(Math.max(OLDEST, VERSION - 1), VERSION + 1)
                .anyMatch(spoken -> String.valueOf(spoken).equals(version));
    }

    private void say(ServerCall<?, ?> call, String refusal) {
        if (refusals.tryPass()) {
            log.atWarn()
                    .addKeyValue("from", call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR))
                    .log(refusal);
        }
    }

    private static <Q, P> ServerCall.Listener<Q> refuse(ServerCall<Q, P> call, Status status, Metadata trailers) {
        call.close(status, trailers);
        return new ServerCall.Listener<>() {};
    }
}
