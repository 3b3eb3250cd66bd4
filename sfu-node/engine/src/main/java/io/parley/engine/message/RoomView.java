// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.message;

import java.util.List;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.Room;

/**
 * A room as readers outside the loops see it: immutable, published after each change.
 *
 * @param participants hidden ones included
 * @param revision grows with each change
 * @param epoch of the node's claim on the room
 */
public record RoomView(Room room, List<ParticipantInfo> participants, long revision, long epoch) {
    public RoomView {
        participants = List.copyOf(participants);
    }
}
