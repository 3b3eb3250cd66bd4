// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import io.parley.api.id.NodeId;
import java.util.Set;

/** The ways to the nodes. */
public interface NodeLinks {
    /** The link to a node, made now if there was none; never waits for the node. */
    NodeLink to(NodeRecord node);

    /** Links to other nodes than these may be given up once nothing uses them. Never waits for their end. */
    void retain(Set<NodeId> nodes);
}
