// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.RoomName;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The directory of a process that is its own and only node. */
public final class InMemoryNodeDirectory implements NodeDirectory {
    private final AtomicReference<@Nullable SignalLink> node = new AtomicReference<>();

    /** The node is ready for participants. */
    public void register(SignalLink link) {
        node.set(link);
    }

    @Override
    public SignalLink route(RoomName room) {
        SignalLink link = node.get();
        if (link == null) {
            throw new ApiError(ErrorCode.UNAVAILABLE, "no node is ready", ApiError.Fault.US);
        }
        return link;
    }
}
