// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room;

import io.parley.cluster.NodeSelector;
import io.parley.room.admin.RoomPresets;

/**
 * @param autoCreate whether joining makes a room that does not exist
 * @param remoteUnmute whether a server may unmute what a participant muted
 * @param maxPublishConnections of one participant at a time, beside its main one
 * @param presets of rooms
 * @param region where new rooms are wanted, or ""
 * @param selector how nodes are chosen for new rooms
 */
public record RoomSettings(
        boolean autoCreate,
        boolean remoteUnmute,
        int maxPublishConnections,
        RoomPresets presets,
        String region,
        NodeSelector selector) {}
