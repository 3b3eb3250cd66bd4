// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import io.parley.api.id.RoomName;

/**
 * Where a participant was moved to.
 *
 * @param sid that it has there; "" if it joins there by itself
 */
public record MovedParticipant(RoomName room, String sid) {}
