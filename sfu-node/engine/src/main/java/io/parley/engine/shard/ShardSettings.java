// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.shard;

import io.parley.engine.seat.SeatLimits;
import io.parley.rtc.sdp.Candidate;
import java.util.List;
import livekit.LivekitModels.ServerInfo;

/**
 * @param index of this shard in its process
 * @param candidates where its sockets can be reached, best first
 * @param rooms what a room gets that its creator does not set
 * @param limits of each seat
 */
public record ShardSettings(
        int index, List<Candidate> candidates, ServerInfo serverInfo, RoomDefaults rooms, SeatLimits limits) {
    public ShardSettings {
        candidates = List.copyOf(candidates);
    }
}
