// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.message;

import io.parley.api.id.RoomName;
import io.parley.api.room.RoomRecord;
import org.jspecify.annotations.Nullable;

/** The room that a participant is moved or forwarded to. */
public sealed interface Destination {
    /**
     * One of this node; it may have to be made.
     *
     * @param epoch of the node's claim on it
     * @param inherited what it goes on with if it lost its node, and is not here yet
     */
    record Here(HomeRef home, long epoch, @Nullable RoomRecord inherited) implements Destination {}

    /** One of another node, which has a place for one more. */
    record Elsewhere(RoomName room) implements Destination {}
}
