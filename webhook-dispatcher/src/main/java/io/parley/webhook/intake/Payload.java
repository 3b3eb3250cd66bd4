// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook.intake;

import io.parley.api.event.Event;
import io.parley.api.event.EventJson;
import io.parley.api.event.EventType;
import java.util.Set;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.Room;
import livekit.LivekitWebhook.WebhookEvent;

/** An event as receivers get it. */
final class Payload {
    private static final Set<String> OF_TRACKS =
            Set.of(EventType.TRACK_PUBLISHED.wireName(), EventType.TRACK_UNPUBLISHED.wireName());

    private Payload() {}

    /** @param isFull whether events of tracks have the whole room, too; LiveKit's enable_full_room_in_webhooks */
    static String of(Event event, boolean isFull) {
        if (!OF_TRACKS.contains(event.type())) {
            return EventJson.body(event).toString();
        }
        WebhookEvent whole = event.body();
        WebhookEvent.Builder body = whole.toBuilder()
                .setParticipant(ParticipantInfo.newBuilder()
                        .setSid(whole.getParticipant().getSid())
                        .setIdentity(whole.getParticipant().getIdentity()));
        if (!isFull) {
            body.setRoom(Room.newBuilder()
                    .setSid(whole.getRoom().getSid())
                    .setName(whole.getRoom().getName()));
        }
        return EventJson.body(new Event(
                        event.key(),
                        event.epoch(),
                        event.sequence(),
                        event.atMs(),
                        event.roomEndReason(),
                        body.build()))
                .toString();
    }
}
