// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import io.parley.api.room.RoomRecord;
import org.jspecify.annotations.Nullable;

/**
 * Where a room is, as one look into the directory tells.
 *
 * @param node its latest announcement; null once the node has left
 * @param isLeased whether the node announced itself recently; one that did not may live on and just not reach the
 *     directory
 * @param isOpen whether the room is there: its node, or the one that it lost, has confirmed it
 * @param inherited what a room that lost its node goes on with; null once its next node has confirmed the claim
 * @param isRemembered whether the directory said so some time ago, and can't be asked now: the room may have ended since, or
 *     be another node's
 */
public record RoomPlace(
        RoomClaim claim,
        @Nullable NodeRecord node,
        boolean isLeased,
        boolean isOpen,
        @Nullable RoomRecord inherited,
        boolean isRemembered) {
    /** As the directory says it now. */
    public RoomPlace(
            RoomClaim claim,
            @Nullable NodeRecord node,
            boolean isLeased,
            boolean isOpen,
            @Nullable RoomRecord inherited) {
        this(claim, node, isLeased, isOpen, inherited, false);
    }

    /** As it is told, while the directory is away, of a room that its node has confirmed since. */
    RoomPlace asRemembered() {
        return new RoomPlace(claim, node, true, true, null, true);
    }

    /** Whether the room was made: it is there, or on its way to another node. */
    public boolean exists() {
        return isOpen || inherited != null;
    }
}
