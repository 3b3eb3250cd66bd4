// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.message;

import io.parley.api.id.ParticipantSid;

/** Where a participant's seat is. @param shard index of the shard in this process */
public record SeatRef(int shard, ParticipantSid sid) {}
