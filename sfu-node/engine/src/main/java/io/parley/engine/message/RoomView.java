// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.message;

import io.parley.api.room.RoomRecord;
import java.util.List;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.Room;

/**
 * A room as readers outside the loops see it: immutable, published after each change.
 *
 * @param record what would outlive the node
 * @param participants hidden ones included
 * @param revision grows with each change
 * @param epoch of the node's claim on the room
 */
public record RoomView(RoomRecord record, List<ParticipantInfo> participants, long revision, long epoch) {
    public RoomView {
        participants = List.copyOf(participants);
    }

    public Room room() {
        return record.room();
    }
}
