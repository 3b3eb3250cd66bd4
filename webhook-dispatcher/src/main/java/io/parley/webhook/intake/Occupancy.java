// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook.intake;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.api.event.Event;
import io.parley.api.event.EventType;
import io.parley.cluster.webhook.KeyProgress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.Room;
import livekit.LivekitWebhook.WebhookEvent;

/**
 * What of a key's events is told, so that it makes sense to whoever hears nothing else: each event once; nothing of a node
 * that has lost the room; a left for each joined and none without; the left of an earlier session before the joined of
 * the next one of the same identity. What a node did not live to say is made up for here, under ids that are the same
 * whoever does it.
 */
final class Occupancy {
    /** livekit.RoomEndReason of a room whose node is no more. */
    private static final String LOST = "ROOM_END_SERVER_SHUTDOWN";

    private final String key;
    private final Map<String, ParticipantInfo> before;
    private final Map<String, ParticipantInfo> present;
    private final List<Event> told = new ArrayList<>();
    private KeyProgress progress;

    /** @param present who has joined and not left: everybody if {@link #needsEverybody} says so, else those of the events */
    Occupancy(String key, KeyProgress progress, Map<String, ParticipantInfo> present) {
        this.key = key;
        this.progress = progress;
        this.before = Map.copyOf(present);
        this.present = new HashMap<>(present);
    }

    static boolean needsEverybody(KeyProgress progress, List<Event> events) {
        return events.stream()
                .anyMatch(event -> event.epoch() > progress.epoch()
                        || !event.roomSid().equals(progress.roomSid())
                        || isOf(event, EventType.ROOM_FINISHED));
    }

    static Set<String> identities(Collection<Event> events) {
        return events.stream()
                .filter(event -> event.body().hasParticipant())
                .map(event -> event.body().getParticipant().getIdentity())
                .collect(Collectors.toSet());
    }

    /** In the order of the log. */
    void onEvent(Event event) {
        if (event.epoch() == 0) {
            onEventOfNoRoom(event);
        } else if (isNews(event)) {
            onRoomEvent(event);
        }
    }

    /** What is to be told, in this order. */
    List<Event> told() {
        return told;
    }

    KeyProgress progress() {
        return progress;
    }

    /** Who was not there before, or in another session. */
    Map<String, ParticipantInfo> joined() {
        Map<String, ParticipantInfo> joined = new HashMap<>(present);
        joined.entrySet().removeAll(before.entrySet());
        return joined;
    }

    Set<String> left() {
        return before.keySet().stream()
                .filter(identity -> !present.containsKey(identity))
                .collect(Collectors.toSet());
    }

    /** An egress or ingress: whoever makes its events numbers them, or not. */
    private void onEventOfNoRoom(Event event) {
        if (event.sequence() == 0) {
            told.add(event);
        } else if (event.sequence() > progress.sequence()) {
            progress = new KeyProgress(0, event.sequence(), "", 0, true);
            told.add(event);
        }
    }

    private boolean isNews(Event event) {
        if (event.epoch() != progress.epoch()) {
            return event.epoch() > progress.epoch();
        }
        return event.roomSid().equals(progress.roomSid())
                ? event.sequence() > progress.sequence()
                : progress.isFinished(); // a node may have the next room of the name under the same claim
    }

    private void onRoomEvent(Event event) {
        if (event.epoch() > progress.epoch() && !progress.isFinished()) {
            leaveAll(DisconnectReason.SERVER_SHUTDOWN, event);
            if (!event.roomSid().equals(progress.roomSid())) {
                told.add(finishedOf(event));
            }
        }
        // It ended, and its node was lost before the directory knew: the next node had the room once more, to end it.
        boolean hadEnded = progress.isFinished() && event.roomSid().equals(progress.roomSid());
        boolean isEnd = isOf(event, EventType.ROOM_FINISHED);
        if (isEnd) {
            leaveAll(DisconnectReason.ROOM_CLOSED, event);
        }
        progress = new KeyProgress(
                event.epoch(),
                event.sequence(),
                event.roomSid(),
                createdAtMs(event.body().getRoom()),
                isEnd || hadEnded);
        if (isOf(event, EventType.PARTICIPANT_JOINED)) {
            onJoined(event);
        } else if (isOf(event, EventType.PARTICIPANT_LEFT)) {
            onLeft(event);
        } else if (!isEnd || !hadEnded) {
            told.add(event);
        }
    }

    private void onJoined(Event event) {
        ParticipantInfo participant = event.body().getParticipant();
        ParticipantInfo earlier = present.get(participant.getIdentity());
        if (earlier != null && earlier.getSid().equals(participant.getSid())) {
            return;
        }
        if (earlier != null) {
            told.add(leftOf(earlier, DisconnectReason.DUPLICATE_IDENTITY, event));
        }
        present.put(participant.getIdentity(), remembered(participant));
        told.add(event);
    }

    private void onLeft(Event event) {
        ParticipantInfo participant = event.body().getParticipant();
        ParticipantInfo known = present.get(participant.getIdentity());
        if (known != null && known.getSid().equals(participant.getSid())) {
            present.remove(participant.getIdentity());
            told.add(event);
        }
    }

    private void leaveAll(DisconnectReason reason, Event cause) {
        present.values().stream()
                .sorted((a, b) -> a.getSid().compareTo(b.getSid()))
                .forEach(participant -> told.add(leftOf(participant, reason, cause)));
        present.clear();
    }

    private Event finishedOf(Event cause) {
        return madeUp(
                EventType.ROOM_FINISHED,
                cause,
                progress.roomSid(),
                LOST,
                WebhookEvent.newBuilder().setRoom(lostRoom()));
    }

    private Event leftOf(ParticipantInfo participant, DisconnectReason reason, Event cause) {
        WebhookEvent.Builder body = WebhookEvent.newBuilder()
                .setRoom(
                        progress.roomSid().equals(cause.roomSid())
                                ? cause.body().getRoom()
                                : lostRoom())
                .setParticipant(participant.toBuilder()
                        .setState(ParticipantInfo.State.DISCONNECTED)
                        .setDisconnectReason(reason));
        return madeUp(EventType.PARTICIPANT_LEFT, cause, participant.getSid(), "", body);
    }

    private Event madeUp(EventType type, Event cause, String about, String roomEndReason, WebhookEvent.Builder body) {
        body.setEvent(type.wireName())
                .setId(id(type, progress.roomSid(), about))
                .setCreatedAt(cause.body().getCreatedAt());
        return new Event(key, cause.epoch(), cause.sequence(), cause.atMs(), roomEndReason, body.build());
    }

    private Room lostRoom() {
        return Room.newBuilder()
                .setSid(progress.roomSid())
                .setName(key)
                .setCreationTime(progress.roomCreatedAtMs() / 1_000)
                .setCreationTimeMs(progress.roomCreatedAtMs())
                .build();
    }

    private static long createdAtMs(Room room) {
        return room.getCreationTimeMs() != 0 ? room.getCreationTimeMs() : room.getCreationTime() * 1_000;
    }

    /** Enough to say later who left; what it says of itself may be large. */
    private static ParticipantInfo remembered(ParticipantInfo participant) {
        return participant.toBuilder()
                .clearMetadata()
                .clearAttributes()
                .clearTracks()
                .build();
    }

    private static String id(EventType type, String room, String about) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest((type + " " + room + " " + about).getBytes(UTF_8));
            return "EV_"
                    + Base64.getUrlEncoder()
                            .withoutPadding()
                            .encodeToString(digest)
                            .substring(0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static boolean isOf(Event event, EventType type) {
        return event.type().equals(type.wireName());
    }
}
