// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.RoomName;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The directory of a process that is its own and only node. */
public final class InMemoryNodeDirectory implements NodeDirectory {
    private final AtomicReference<@Nullable NodeLink> node = new AtomicReference<>();

    /** The node is ready for participants. */
    public void register(NodeLink link) {
        node.set(link);
    }

    @Override
    public NodeLink route(RoomName room) {
        NodeLink link = node.get();
        if (link == null) {
            throw new ApiError(ErrorCode.UNAVAILABLE, "no node is ready", ApiError.Fault.US);
        }
        return link;
    }

    @Override
    public List<NodeLink> nodes() {
        NodeLink link = node.get();
        return link == null ? List.of() : List.of(link);
    }
}
