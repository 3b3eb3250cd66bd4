// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

/**
 * What a node carries at the moment.
 *
 * @param cpu share of its cores in use, 0 to 1
 * @param loadAverage of a minute, of the whole host; 0 where the system does not say
 * @param tracks published ones
 * @param bytesPerSec received and sent ones of media
 * @param isFull as much as its own limits let it have
 */
public record NodeLoad(
        double cpu, double loadAverage, int rooms, int participants, int tracks, long bytesPerSec, boolean isFull) {
    public static final NodeLoad NONE = new NodeLoad(0, 0, 0, 0, 0, 0, false);

    /** The load average by core. */
    double system(int cores) {
        return loadAverage / Math.max(1, cores);
    }
}
