// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.message;

import livekit.LivekitModels.ParticipantInfo;

/**
 * A participant as the home tells it to seats: what clients see, the shard its media comes from, and who may receive its
 * tracks.
 */
public record ParticipantView(ParticipantInfo info, int seatShard, TrackAccess access) {}
