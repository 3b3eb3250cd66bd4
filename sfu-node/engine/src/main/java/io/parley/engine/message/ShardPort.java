// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.message;

import io.parley.api.id.RoomName;
import io.parley.engine.track.MediaPacket;

/** A shard's way to the others of its process, and to those who read of its rooms. Calls return at once; delivery is on the target's loop. */
public interface ShardPort {
    void send(int shard, ShardMessage message);

    /** Copies a packet to another shard. A full ring drops it; NACK toward the ring's own copy repairs nothing then. */
    void relay(int shard, int handle, MediaPacket packet);

    /** The room changed; readers see this view from now on. */
    void publish(RoomName room, RoomView view);

    /** The room is over. @param epoch of its last view */
    void withdraw(RoomName room, long epoch);
}
