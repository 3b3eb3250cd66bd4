// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import io.parley.cluster.NodeRecord;
import java.util.List;

/** All nodes. */
record NodeList(@Field("By id.") List<NodeResource> nodes) {
    static NodeList of(List<NodeRecord> nodes) {
        return new NodeList(nodes.stream().map(NodeResource::of).toList());
    }
}
