// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room;

/**
 * @param autoCreate whether joining makes a room that does not exist
 * @param region where new rooms are wanted, or ""
 */
public record RoomSettings(boolean autoCreate, String region) {}
