// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.admin;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.NodeId;
import io.parley.cluster.Directory;
import io.parley.cluster.NodeLink;
import io.parley.cluster.NodeLinks;
import io.parley.cluster.NodeRecord;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** The nodes, for those who run them. Callers have the permission. */
public final class NodeAdmin {
    private final Directory directory;
    private final NodeLinks links;

    public NodeAdmin(Directory directory, NodeLinks links) {
        this.directory = directory;
        this.links = links;
    }

    /** By id. */
    public CompletionStage<List<NodeRecord>> list() {
        return directory
                .nodes()
                .thenApply(nodes -> nodes.stream()
                        .sorted(Comparator.comparing(node -> node.id().value()))
                        .toList());
    }

    /** Completes once the node takes no new rooms; fails with NOT_FOUND if there is no such node. */
    public CompletionStage<Void> drain(NodeId node, Duration deadline) {
        return with(node, link -> link.drain(deadline));
    }

    /** Completes once the node takes new rooms again; fails with NOT_FOUND if there is no such node. */
    public CompletionStage<Void> undrain(NodeId node) {
        return with(node, NodeLink::undrain);
    }

    private CompletionStage<Void> with(NodeId id, Function<NodeLink, CompletionStage<Void>> action) {
        return directory
                .nodes()
                .thenCompose(nodes -> nodes.stream()
                        .filter(node -> node.id().equals(id))
                        .findFirst()
                        .map(links::to)
                        .map(action)
                        .orElseThrow(() -> ApiError.ofCaller(ErrorCode.NOT_FOUND, "node does not exist")));
    }
}
