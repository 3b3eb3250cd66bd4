// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import io.parley.api.event.Event;
import io.parley.api.event.EventType;
import io.parley.api.id.EventId;
import io.parley.engine.event.RoomEvent;
import java.util.random.RandomGenerator;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.TrackInfo;
import livekit.LivekitWebhook.WebhookEvent;

/** What happened in a room, as the event log tells it: in LiveKit's words, with an id that it keeps from here on. */
final class EventMapper {
    private final RandomGenerator random;

    EventMapper(RandomGenerator random) {
        this.random = random;
    }

    Event map(RoomEvent event) {
        RoomEvent.Stamp stamp = event.stamp();
        WebhookEvent.Builder body = WebhookEvent.newBuilder()
                .setId(EventId.random(random).value())
                .setCreatedAt(stamp.atMs() / 1_000)
                .setRoom(stamp.room());
        EventType type = switch (event) {
            case RoomEvent.RoomStarted started -> EventType.ROOM_STARTED;
            case RoomEvent.RoomTakenOver taken -> EventType.ROOM_TAKEN_OVER;
            case RoomEvent.RoomFinished finished -> EventType.ROOM_FINISHED;
            case RoomEvent.ParticipantJoined(RoomEvent.Stamp at, ParticipantInfo participant) -> {
                body.setParticipant(participant);
                yield EventType.PARTICIPANT_ADMITTED;
            }
            case RoomEvent.ParticipantActive(RoomEvent.Stamp at, ParticipantInfo participant) -> {
                body.setParticipant(participant);
                yield EventType.PARTICIPANT_JOINED; // LiveKit's is when media can flow
            }
            case RoomEvent.ParticipantLeft(RoomEvent.Stamp at, ParticipantInfo participant, boolean wasActive) -> {
                body.setParticipant(participant);
                yield wasActive ? EventType.PARTICIPANT_LEFT : EventType.PARTICIPANT_CONNECTION_ABORTED;
            }
            case RoomEvent.TrackPublished(RoomEvent.Stamp at, ParticipantInfo participant, TrackInfo track) -> {
                body.setParticipant(participant).setTrack(track);
                yield EventType.TRACK_PUBLISHED;
            }
            case RoomEvent.TrackUnpublished(RoomEvent.Stamp at, ParticipantInfo participant, TrackInfo track) -> {
                body.setParticipant(participant).setTrack(track);
                yield EventType.TRACK_UNPUBLISHED;
            }
        };
        return new Event(
                stamp.room().getName(),
                stamp.epoch(),
                stamp.sequence(),
                stamp.atMs(),
                event instanceof RoomEvent.RoomFinished finished ? endReason(finished.reason()) : "",
                body.setEvent(type.wireName()).build());
    }

    /** livekit.RoomEndReason, of which LiveKit leaves out what it does not know. */
    private static String endReason(DisconnectReason reason) {
        return switch (reason) {
            case ROOM_DELETED -> "ROOM_END_API_DELETE";
            case ROOM_CLOSED -> "ROOM_END_IDLE_TIMEOUT";
            case SERVER_SHUTDOWN -> "ROOM_END_SERVER_SHUTDOWN";
            default -> "";
        };
    }
}
