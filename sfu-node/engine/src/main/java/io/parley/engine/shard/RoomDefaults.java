// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.shard;

import io.parley.api.room.IdentityPolicy;
import io.parley.api.room.Playout;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import livekit.LivekitModels.Codec;

/**
 * @param emptyTimeoutS seconds for which a room waits for its first participant
 * @param departureTimeoutS seconds for which a room outlives its last participant
 * @param maxParticipants 0 for no limit
 * @param enabledCodecs what may be published; none for {@link #CODECS}
 * @param playout of what is published
 * @param identityPolicy for newcomers whose identity is there already
 */
public record RoomDefaults(
        int emptyTimeoutS,
        int departureTimeoutS,
        int maxParticipants,
        List<Codec> enabledCodecs,
        Playout playout,
        IdentityPolicy identityPolicy) {
    /** LiveKit's list. */
    public static final List<Codec> CODECS = Stream.of(
                    "audio/PCMU",
                    "audio/PCMA",
                    "audio/opus",
                    "audio/red",
                    "video/VP8",
                    "video/H264",
                    "video/VP9",
                    "video/AV1",
                    "video/H265",
                    "video/rtx")
            .map(mime -> Codec.newBuilder().setMime(mime).build())
            .toList();

    public RoomDefaults {
        enabledCodecs = enabledCodecs.isEmpty() ? CODECS : List.copyOf(enabledCodecs);
    }

    public static RoomDefaults of(
            Duration emptyTimeout,
            Duration departureTimeout,
            int maxParticipants,
            List<Codec> enabledCodecs,
            Playout playout,
            IdentityPolicy identityPolicy) {
        return new RoomDefaults(
                (int) emptyTimeout.toSeconds(),
                (int) departureTimeout.toSeconds(),
                maxParticipants,
                enabledCodecs,
                playout,
                identityPolicy);
    }
}
