// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.event;

import livekit.LivekitWebhook.WebhookEvent;

/**
 * One thing that happened, as the event log keeps it. Events of one key are ordered by (room sid, epoch, sequence), and in
 * the log in that order, except that those of an epoch may come late, when those of a higher one are there already: readers
 * drop them.
 *
 * @param key what it happened to, within which order is kept: the room's name, or the id of an egress or ingress
 * @param epoch of the claim of the node that made it on the room; 0 where there are no claims
 * @param sequence 1 for the first of a room's epoch, and one more for each that follows
 * @param atMs milliseconds since 1970
 * @param roomEndReason livekit.RoomEndReason of a room that finished, or ""
 * @param body LiveKit's event: its id is the same wherever this event is told again; room, participant and track are
 *     whole, as after the change
 */
public record Event(String key, long epoch, long sequence, long atMs, String roomEndReason, WebhookEvent body) {
    public String id() {
        return body.getId();
    }

    /** Wire name of an {@link EventType}, or of one that this version does not know. */
    public String type() {
        return body.getEvent();
    }

    /** "" where no room is concerned. */
    public String roomSid() {
        return body.getRoom().getSid();
    }
}
