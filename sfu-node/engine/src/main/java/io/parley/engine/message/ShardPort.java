// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.message;

import io.parley.api.id.RoomName;
import io.parley.engine.event.RoomEvent;
import io.parley.engine.track.MediaPacket;

/**
 * A shard's way to the others of its process, and to those who read of its rooms. Calls return at once; delivery is on the
 * target's loop, in the order of the calls, whichever of the two they are.
 */
public interface ShardPort {
    /** What may not get lost unnoticed: if it does, the other shard is told that something from here was. */
    void send(int shard, ShardMessage message);

    /**
     * What may get lost if the other shard is far behind.
     *
     * @param source whose it is: one that floods fills its own share only
     * @return false if the source is ahead of the other shard, and should wait a moment before it sends more
     */
    boolean sendLossy(int shard, Object source, int sizeBytes, ShardMessage message);

    /** Copies a packet to another shard. A full ring drops it; NACK toward the ring's own copy repairs nothing then. */
    void relay(int shard, int handle, MediaPacket packet);

    /** The room changed; readers see this view from now on. */
    void publish(RoomName room, RoomView view);

    /** Something happened in a room whose home is here. */
    void emit(RoomEvent event);

    AgentPort agents();

    /** The room is over. @param epoch of its last view */
    void withdraw(RoomName room, long epoch);
}
