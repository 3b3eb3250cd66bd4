// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.shard;

import io.parley.rtc.ice.IceSettings;
import io.parley.rtc.sdp.Candidate;
import java.util.List;
import livekit.LivekitModels.ServerInfo;

/**
 * @param index of this shard in its process
 * @param candidates where its sockets can be reached, best first
 * @param emptyTimeoutS seconds that a room may stay empty after its last participant left
 */
public record ShardSettings(
        int index, List<Candidate> candidates, ServerInfo serverInfo, IceSettings ice, int emptyTimeoutS) {
    public ShardSettings {
        candidates = List.copyOf(candidates);
    }
}
