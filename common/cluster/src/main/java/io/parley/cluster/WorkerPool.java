// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import io.parley.api.agent.WorkerKind;

/**
 * Workers of one kind at one room-service.
 *
 * @param workers that are connected
 * @param available of them, that say they take jobs
 * @param affinity how much the available ones can take before they are busy (LiveKit: the sum of target load minus load);
 *     of several pools the one with more gets more
 */
public record WorkerPool(WorkerKind kind, int workers, int available, double affinity) {}
