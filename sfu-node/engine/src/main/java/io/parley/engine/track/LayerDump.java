// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.track;

/**
 * One layer of a track on one shard, for people who look for a fault.
 *
 * @param packets stored and handed on
 * @param keyFrames that began
 * @param keyFramesAsked requests that went towards the publisher
 */
public record LayerDump(long packets, long keyFrames, long keyFramesAsked) {}
