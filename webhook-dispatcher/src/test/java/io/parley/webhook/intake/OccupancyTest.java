// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.api.event.Event;
import io.parley.cluster.webhook.KeyProgress;
import io.parley.webhook.Events;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitModels.ParticipantInfo;
import org.junit.jupiter.api.Test;

class OccupancyTest {
    private final Events room = new Events("demo", "RM_1", 7);
    private KeyProgress progress = KeyProgress.NONE;
    private Map<String, ParticipantInfo> present = new HashMap<>();

    /** As the store would have it from one batch to the next. */
    private List<Event> tell(Event... events) {
        Map<String, ParticipantInfo> known = new HashMap<>(present);
        if (!Occupancy.needsEverybody(progress, List.of(events))) {
            known.keySet().retainAll(Occupancy.identities(List.of(events)));
        }
        Occupancy occupancy = new Occupancy("demo", progress, known);
        List.of(events).forEach(occupancy::onEvent);
        progress = occupancy.progress();
        present.keySet().removeAll(occupancy.left());
        present.putAll(occupancy.joined());
        return occupancy.told();
    }

    private static List<String> lines(List<Event> events) {
        List<String> lines = new ArrayList<>();
        events.forEach(event -> lines.add((event.type()
                        + " "
                        + (event.body().hasParticipant()
                                ? event.body().getParticipant().getSid()
                                : event.roomSid()))
                .strip()));
        return lines;
    }

    @Test
    void anUneventfulRoomIsToldAsItWas() {
        assertThat(lines(tell(
                        room.roomStarted(),
                        room.joined("alice", "PA_a"),
                        room.published("alice", "PA_a", "TR_1"),
                        room.left("alice", "PA_a"),
                        room.roomFinished())))
                .containsExactly(
                        "room_started RM_1",
                        "participant_joined PA_a",
                        "track_published PA_a",
                        "participant_left PA_a",
                        "room_finished RM_1");
        assertThat(present).isEmpty();
    }

    @Test
    void whatComesAgainIsToldOnce() {
        Event started = room.roomStarted();
        Event joined = room.joined("alice", "PA_a");
        assertThat(tell(started, joined)).hasSize(2);
        assertThat(tell(started, joined)).isEmpty();
        assertThat(lines(tell(joined, room.left("alice", "PA_a")))).containsExactly("participant_left PA_a");
    }

    @Test
    void whoLeavesWithoutHavingJoinedOrTwiceIsNotTold() {
        tell(room.roomStarted(), room.joined("alice", "PA_a"));
        assertThat(tell(room.left("bob", "PA_b"))).isEmpty();
        assertThat(tell(room.left("alice", "PA_a"))).hasSize(1);
        assertThat(tell(room.left("alice", "PA_a"))).isEmpty();
    }

    /** An app that hears the old session's left after the new one's joined removes somebody who is there. */
    @Test
    void theOldSessionLeavesBeforeTheNewOneJoins() {
        tell(room.roomStarted(), room.joined("alice", "PA_old"));
        List<Event> told = tell(room.joined("alice", "PA_new"), room.left("alice", "PA_old"));
        assertThat(lines(told)).containsExactly("participant_left PA_old", "participant_joined PA_new");
        assertThat(told.getFirst().body().getParticipant().getDisconnectReason())
                .isEqualTo(DisconnectReason.DUPLICATE_IDENTITY);
        assertThat(lines(tell(room.left("alice", "PA_new")))).containsExactly("participant_left PA_new");
    }

    @Test
    void whenTheNodeIsLostItsParticipantsLeaveAndItsRoomFinishes() {
        tell(room.roomStarted(), room.joined("alice", "PA_a"), room.joined("bob", "PA_b"), room.left("bob", "PA_b"));
        Events after = new Events("demo", "RM_2", 9);
        List<Event> told = tell(after.roomStarted(), after.joined("alice", "PA_c"));
        assertThat(lines(told))
                .containsExactly(
                        "participant_left PA_a", "room_finished RM_1", "room_started RM_2", "participant_joined PA_c");
        Event left = told.getFirst();
        assertThat(left.body().getParticipant().getDisconnectReason()).isEqualTo(DisconnectReason.SERVER_SHUTDOWN);
        assertThat(left.body().getParticipant().getIdentity()).isEqualTo("alice");
        assertThat(left.body().getRoom().getSid()).isEqualTo("RM_1");
        assertThat(left.body().getRoom().getName()).isEqualTo("demo");
        assertThat(left.body().getCreatedAt()).isPositive();
        assertThat(present).containsOnlyKeys("alice");
        assertThat(tell(room.left("alice", "PA_a"), room.roomFinished())).isEmpty();
    }

    /** Its node was lost before the directory heard of the end, and the next one ended the room once more. */
    @Test
    void aRoomThatEndsAtTwoNodesEndsOnce() {
        assertThat(lines(tell(room.roomStarted(), room.roomFinished())))
                .containsExactly("room_started RM_1", "room_finished RM_1");
        Events after = new Events("demo", "RM_1", 9);
        assertThat(lines(tell(after.takenOver(), after.roomFinished()))).containsExactly("room_taken_over RM_1");
        assertThat(lines(tell(new Events("demo", "RM_2", 9).roomStarted()))).containsExactly("room_started RM_2");
    }

    @Test
    void aRoomThatMovesWithItsSidGoesOn() {
        tell(room.roomStarted(), room.joined("alice", "PA_a"));
        Events after = new Events("demo", "RM_1", 9);
        assertThat(lines(tell(after.takenOver()))).containsExactly("participant_left PA_a", "room_taken_over RM_1");
    }

    @Test
    void whatIsMadeUpHasTheSameIdWhoeverMakesItUp() {
        Event started = room.roomStarted();
        Event joined = room.joined("alice", "PA_a");
        Event next = new Events("demo", "RM_2", 9).roomStarted();
        List<Event> once = tell(started, joined, next);
        progress = KeyProgress.NONE;
        present = new HashMap<>();
        assertThat(tell(started, joined, next)).isEqualTo(once);
        assertThat(once.stream().map(Event::id).distinct()).hasSize(once.size());
    }

    @Test
    void whoIsStillThereWhenTheRoomFinishesLeavesFirst() {
        tell(room.roomStarted(), room.joined("bob", "PA_b"), room.joined("alice", "PA_a"));
        List<Event> told = tell(room.roomFinished(), room.left("alice", "PA_a"));
        assertThat(lines(told)).containsExactly("participant_left PA_a", "participant_left PA_b", "room_finished RM_1");
        assertThat(told.getFirst().body().getParticipant().getDisconnectReason())
                .isEqualTo(DisconnectReason.ROOM_CLOSED);
        assertThat(present).isEmpty();
    }

    @Test
    void theNextRoomOfTheNameIsAnotherOneUnderTheSameClaimToo() {
        tell(room.roomStarted(), room.roomFinished());
        Events next = new Events("demo", "RM_2", 7);
        assertThat(lines(tell(next.roomStarted(), next.joined("alice", "PA_a"))))
                .containsExactly("room_started RM_2", "participant_joined PA_a");
    }

    @Test
    void whatIsRememberedOfAParticipantIsSmall() {
        tell(room.roomStarted(), room.joined("alice", "PA_a"));
        assertThat(present.get("alice").getMetadata()).isEmpty();
        assertThat(present.get("alice").getSid()).isEqualTo("PA_a");
    }

    @Test
    void aTrackEventHasIdsOnlyUnlessAskedOtherwise() {
        Event event = room.published("alice", "PA_a", "TR_1");
        assertThat(Payload.of(event, false))
                .contains("\"room\":{\"sid\":\"RM_1\",\"name\":\"demo\"}")
                .contains("\"participant\":{\"sid\":\"PA_a\",\"identity\":\"alice\"}")
                .contains("\"track\":{\"sid\":\"TR_1\"");
        assertThat(Payload.of(event, true)).contains("metadata of the room").doesNotContain("metadata of alice");
        assertThat(Payload.of(room.joined("alice", "PA_a"), false))
                .contains("metadata of the room", "metadata of alice");
    }
}
