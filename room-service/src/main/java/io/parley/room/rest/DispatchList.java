// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import java.util.List;
import livekit.LivekitAgentDispatch.ListAgentDispatchResponse;

/** The dispatches of a room. */
record DispatchList(@Field("In no order.") List<DispatchResource> dispatches) {
    static DispatchList of(ListAgentDispatchResponse response) {
        return new DispatchList(response.getAgentDispatchesList().stream()
                .map(DispatchResource::of)
                .toList());
    }
}
