// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import io.parley.api.id.NodeId;
import io.parley.api.id.RoomName;

/**
 * A node's right to host a room. Of two claims on a room the one with the higher epoch holds.
 *
 * @param epoch grows with every claim on the room, also over the loss of the directory
 */
public record RoomClaim(RoomName room, NodeId node, long epoch) {}
