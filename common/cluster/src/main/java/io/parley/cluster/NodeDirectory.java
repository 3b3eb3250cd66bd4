// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import io.parley.api.id.RoomName;

/** Which node a participant of a room goes to. */
public interface NodeDirectory {
    /** @throws io.parley.api.error.ApiError UNAVAILABLE if there is no node */
    SignalLink route(RoomName room);
}
