// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook;

import io.parley.api.event.Event;
import io.parley.api.event.EventType;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.Room;
import livekit.LivekitModels.TrackInfo;
import livekit.LivekitWebhook.WebhookEvent;

/** Events of one room, as the claim of one node has them. */
public final class Events {
    public static final long AT_MS = 1_700_000_000_000L;

    private final String room;
    private final String sid;
    private final long epoch;
    private long sequence;

    public Events(String room, String sid, long epoch) {
        this.room = room;
        this.sid = sid;
        this.epoch = epoch;
    }

    public Event roomStarted() {
        return event(EventType.ROOM_STARTED, WebhookEvent.newBuilder());
    }

    public Event roomFinished() {
        return event(EventType.ROOM_FINISHED, WebhookEvent.newBuilder());
    }

    public Event takenOver() {
        return event(EventType.ROOM_TAKEN_OVER, WebhookEvent.newBuilder());
    }

    public Event joined(String identity, String sid) {
        return event(EventType.PARTICIPANT_JOINED, of(identity, sid, DisconnectReason.UNKNOWN_REASON));
    }

    public Event left(String identity, String sid) {
        return event(EventType.PARTICIPANT_LEFT, of(identity, sid, DisconnectReason.CLIENT_INITIATED));
    }

    public Event published(String identity, String sid, String track) {
        return event(
                EventType.TRACK_PUBLISHED,
                of(identity, sid, DisconnectReason.UNKNOWN_REASON)
                        .setTrack(TrackInfo.newBuilder().setSid(track)));
    }

    public Event unpublished(String identity, String sid, String track) {
        return event(
                EventType.TRACK_UNPUBLISHED,
                of(identity, sid, DisconnectReason.UNKNOWN_REASON)
                        .setTrack(TrackInfo.newBuilder().setSid(track)));
    }

    public Event aborted(String identity, String sid) {
        return event(EventType.PARTICIPANT_CONNECTION_ABORTED, of(identity, sid, DisconnectReason.CLIENT_INITIATED));
    }

    private static WebhookEvent.Builder of(String identity, String sid, DisconnectReason reason) {
        return WebhookEvent.newBuilder()
                .setParticipant(ParticipantInfo.newBuilder()
                        .setIdentity(identity)
                        .setSid(sid)
                        .setMetadata("metadata of " + identity)
                        .setDisconnectReason(reason));
    }

    private Event event(EventType type, WebhookEvent.Builder body) {
        sequence++;
        body.setEvent(type.wireName())
                .setId("EV_" + sid + "_" + epoch + "_" + sequence)
                .setCreatedAt(AT_MS / 1_000)
                .setRoom(Room.newBuilder()
                        .setName(room)
                        .setSid(sid)
                        .setMetadata("metadata of the room")
                        .setCreationTimeMs(AT_MS));
        return new Event(room, epoch, sequence, AT_MS, "", body.build());
    }
}
