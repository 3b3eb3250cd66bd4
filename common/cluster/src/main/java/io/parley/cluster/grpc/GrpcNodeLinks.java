// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.grpc;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.parley.api.id.NodeId;
import io.parley.cluster.NodeLink;
import io.parley.cluster.NodeLinks;
import io.parley.cluster.NodeRecord;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** One HTTP/2 connection to each node, opened when first used. */
public final class GrpcNodeLinks implements NodeLinks, AutoCloseable {
    /** How often an idle connection is tried, and how long an answer may take: a host that died says nothing. */
    static final Duration KEEP_ALIVE = Duration.ofSeconds(3);

    static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final ExecutorService calls = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("node-links-", 0).factory());
    private final Function<NodeRecord, ManagedChannel> channels;
    private final Map<NodeId, GrpcNodeLink> links = new ConcurrentHashMap<>();

    public GrpcNodeLinks(ClusterSecret secret, LinkCredentials credentials) {
        channels = node -> channel(node, credentials, new Envelope(secret, node.id()));
    }

    /** With other channels than real ones. */
    GrpcNodeLinks(Function<NodeRecord, ManagedChannel> channels) {
        this.channels = channels;
    }

    @Override
    public NodeLink to(NodeRecord node) {
        return links.computeIfAbsent(node.id(), id -> new GrpcNodeLink(id, channels.apply(node)));
    }

    private ManagedChannel channel(NodeRecord node, LinkCredentials credentials, Envelope envelope) {
        return NettyChannelBuilder.forTarget(node.address(), credentials.client())
                .executor(calls)
                .intercept(envelope)
                .maxInboundMessageSize(NodeLinkServer.MAX_MESSAGE_BYTES)
                .keepAliveTime(KEEP_ALIVE.toMillis(), TimeUnit.MILLISECONDS)
                .keepAliveTimeout(KEEP_ALIVE.toMillis(), TimeUnit.MILLISECONDS)
                .keepAliveWithoutCalls(true)
                .disableRetry()
                .build();
    }

    @Override
    public void retain(Set<NodeId> nodes) {
        links.forEach((id, link) -> {
            if (!nodes.contains(id) && !link.isConnected() && links.remove(id, link)) {
                link.giveUp(); // whoever waited here would hold up the directory's thread
            }
        });
    }

    @Override
    public void close() {
        links.values().forEach(GrpcNodeLink::giveUp);
        links.values().forEach(GrpcNodeLink::close);
        calls.shutdown(); // after the last stream was told
    }
}
