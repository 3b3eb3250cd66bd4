// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room;

/**
 * @param autoCreate whether joining makes a room that does not exist
 * @param remoteUnmute whether a server may unmute what a participant muted
 * @param maxPublishConnections of one participant at a time, beside its main one
 * @param region where new rooms are wanted, or ""
 * @param cpuLoadLimit of a node's cores, 0 to 1: one that uses more gets no new rooms while others can take them
 */
public record RoomSettings(
        boolean autoCreate, boolean remoteUnmute, int maxPublishConnections, String region, double cpuLoadLimit) {}
