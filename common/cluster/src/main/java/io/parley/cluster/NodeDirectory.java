// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import io.parley.api.id.RoomName;
import java.util.List;

/** Which nodes there are, and which of them has a room. */
public interface NodeDirectory {
    /**
     * The node of a room: the one that hosts it, else the one where it would be made.
     *
     * @throws io.parley.api.error.ApiError UNAVAILABLE if there is no node
     */
    NodeLink route(RoomName room);

    /** Every node that can be reached. */
    List<NodeLink> nodes();
}
