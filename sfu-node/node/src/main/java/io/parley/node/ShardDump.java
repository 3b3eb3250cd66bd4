// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import io.parley.engine.shard.Shard;
import io.parley.rtc.peer.DropReason;
import java.util.Map;
import java.util.TreeMap;

/** A shard's sizes and counters. */
public record ShardDump(
        int shard, int seats, int homes, int tracks, long refusedCommands, Map<DropReason, Long> dropped) {
    static ShardDump of(Shard shard, long refusedCommands) {
        Map<DropReason, Long> dropped = new TreeMap<>();
        for (DropReason reason : DropReason.values()) {
            if (shard.drops().get(reason) > 0) {
                dropped.put(reason, shard.drops().get(reason));
            }
        }
        return new ShardDump(
                shard.shard(), shard.seatCount(), shard.homeCount(), shard.trackCount(), refusedCommands, dropped);
    }
}
