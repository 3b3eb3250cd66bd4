// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import org.jspecify.annotations.Nullable;

/**
 * Where a room is, as one look into the directory tells.
 *
 * @param node its latest announcement; null once the node has left
 * @param isLeased whether the node announced itself recently; one that did not may live on and just not reach the
 *     directory
 * @param isOpen whether the node has confirmed that the room is there
 */
public record RoomPlace(RoomClaim claim, @Nullable NodeRecord node, boolean isLeased, boolean isOpen) {}
