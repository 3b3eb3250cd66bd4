// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.memory;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.NodeId;
import io.parley.cluster.NodeLink;
import io.parley.cluster.NodeLinks;
import io.parley.cluster.NodeRecord;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Links to nodes of the same process: the nodes themselves. */
public final class InMemoryNodeLinks implements NodeLinks {
    private final Map<NodeId, NodeLink> nodes = new ConcurrentHashMap<>();

    public void register(NodeId id, NodeLink node) {
        nodes.put(id, node);
    }

    @Override
    public NodeLink to(NodeRecord node) {
        NodeLink link = nodes.get(node.id());
        if (link == null) {
            throw new ApiError(ErrorCode.UNAVAILABLE, "no such node in this process", ApiError.Fault.US);
        }
        return link;
    }

    @Override
    public void retain(Set<NodeId> kept) {
        // they end with the process
    }
}
