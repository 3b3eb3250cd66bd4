// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import io.parley.engine.shard.Shard;
import io.parley.rtc.peer.DropReason;
import java.util.Map;
import java.util.TreeMap;

/** A shard's sizes and counters. */
public record ShardDump(
        int shard,
        int seats,
        int homes,
        int tracks,
        long refusedCommands,
        long unsentDatagrams,
        Map<DropReason, Long> dropped) {
    /** On the shard's loop. @param unsentDatagrams those that a full socket refused */
    static ShardDump of(Shard shard, long refusedCommands, long unsentDatagrams) {
        Map<DropReason, Long> dropped = new TreeMap<>();
        for (DropReason reason : DropReason.values()) {
            if (shard.peerCounters().get(reason) > 0) {
                dropped.put(reason, shard.peerCounters().get(reason));
            }
        }
        return new ShardDump(
                shard.shard(),
                shard.seatCount(),
                shard.homeCount(),
                shard.trackCount(),
                refusedCommands,
                unsentDatagrams,
                dropped);
    }
}
