// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

/**
 * What a node carries at the moment.
 *
 * @param cpu share of its cores in use, 0 to 1
 * @param tracks published ones
 * @param isFull as much as its own limits let it have
 */
public record NodeLoad(double cpu, int rooms, int participants, int tracks, boolean isFull) {
    public static final NodeLoad NONE = new NodeLoad(0, 0, 0, 0, false);
}
