// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.shard;

import io.parley.engine.message.ShardMessage;
import io.parley.engine.track.MediaPacket;

/** A shard's way to the others of its process. Calls return at once; delivery is on the target's loop. */
public interface ShardPort {
    void send(int shard, ShardMessage message);

    /** Copies a packet to another shard. A full ring drops it; NACK toward the ring's own copy repairs nothing then. */
    void relay(int shard, int handle, MediaPacket packet);
}
