// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import java.util.List;
import livekit.LivekitAgentDispatch.AgentDispatch;
import org.jspecify.annotations.Nullable;

/** A page of a room's dispatches. */
record DispatchList(
        @Field("The oldest first.") List<DispatchResource> dispatches,

        @Field("The pageToken of the next page; absent on the last.") @Nullable
        String nextPageToken) {
    static DispatchList of(Page<AgentDispatch> page) {
        return new DispatchList(page.items().stream().map(DispatchResource::of).toList(), page.nextToken());
    }
}
