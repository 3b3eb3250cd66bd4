// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.room;

import java.util.List;
import livekit.LivekitAgentDispatch.AgentDispatch;
import livekit.LivekitModels.Room;
import org.jspecify.annotations.Nullable;

/**
 * What of a room outlives its node: whoever hosts it next goes on with this.
 *
 * @param room sid, name, creation, timeouts, limits, metadata and codecs; its counts are of its last change
 * @param dispatches agents that are wanted in it
 * @param wasJoined whether there has been a participant in it
 * @param playout null in a record that was written before it was kept: the next host's own
 */
public record RoomRecord(
        Room room,
        List<Dispatch> dispatches,
        boolean wasJoined,
        @Nullable Playout playout) {
    public RoomRecord {
        dispatches = List.copyOf(dispatches);
    }

    /**
     * @param info without its jobs
     * @param isImplied nobody asked for it: any agent that waits for no name
     */
    public record Dispatch(AgentDispatch info, boolean isImplied) {}
}
