// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import io.parley.api.id.NodeId;

/**
 * A node as it announces itself.
 *
 * @param epoch milliseconds since 1970 of the process's start
 * @param address host:port of its node link, as the other services reach it
 * @param cores what it computes with
 * @param isDraining takes no new rooms, and is about to hand over those that it has
 */
public record NodeRecord(
        NodeId id, long epoch, String address, String region, int cores, NodeLoad load, boolean isDraining) {}
