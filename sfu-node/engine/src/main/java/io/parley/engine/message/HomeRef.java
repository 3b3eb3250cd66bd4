// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.message;

import io.parley.api.id.RoomName;

/** Where a room's home is. @param shard index of the shard in this process */
public record HomeRef(RoomName room, int shard) {}
