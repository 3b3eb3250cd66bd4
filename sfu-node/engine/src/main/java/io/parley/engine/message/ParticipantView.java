// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.message;

import livekit.LivekitModels.ParticipantInfo;

/** A participant as the home tells it to seats: what clients see, and the shard its media comes from. */
public record ParticipantView(ParticipantInfo info, int seatShard) {}
