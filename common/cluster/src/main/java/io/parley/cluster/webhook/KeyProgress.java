// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.webhook;

/**
 * How far the events of a key were taken in.
 *
 * @param epoch of the last one, as is {@code sequence}
 * @param roomSid of the room that they are of, "" for what is no room
 * @param roomCreatedAtMs when that was made, in milliseconds since 1970
 * @param isFinished the room is over
 */
public record KeyProgress(long epoch, long sequence, String roomSid, long roomCreatedAtMs, boolean isFinished) {
    public static final KeyProgress NONE = new KeyProgress(0, 0, "", 0, true);
}
