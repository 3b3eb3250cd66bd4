// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.message;

import livekit.LivekitModels.ParticipantInfo;

/**
 * A participant on its way from one room to another of the same node; its connection stays.
 *
 * @param epoch of the node's claim on the destination
 * @param info what it brings along, under the sid that it will have there; without tracks, which its seat announces
 * @param askedIdentity of the token that it joined with
 * @param lastSequence of its reliable data packets, 0 if there were none
 * @param inquiry of the room that it leaves, answered when it is there
 */
public record Passage(
        HomeRef from,
        HomeRef to,
        long epoch,
        ParticipantInfo info,
        String askedIdentity,
        int lastSequence,
        long inquiry) {}
