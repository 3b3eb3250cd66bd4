// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.event.Event;
import io.parley.cluster.EventLog;
import io.parley.engine.event.RoomEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.Room;
import livekit.LivekitModels.TrackInfo;
import org.junit.jupiter.api.Test;

class EventAppenderTest {
    private static final Room ROOM = Room.newBuilder()
            .setName("demo")
            .setSid("RM_1")
            .setMetadata("all of it")
            .build();
    private static final ParticipantInfo ALICE = ParticipantInfo.newBuilder()
            .setIdentity("alice")
            .setSid("PA_1")
            .setDisconnectReason(DisconnectReason.CLIENT_INITIATED)
            .build();
    private static final TrackInfo TRACK =
            TrackInfo.newBuilder().setSid("TR_1").setMimeType("video/VP8").build();

    private final List<Event> appended = new ArrayList<>();
    private boolean isFull;

    private final EventAppender appender = new EventAppender(
            new EventLog() {
                @Override
                public CompletionStage<Void> append(Event event) {
                    if (isFull) {
                        return CompletableFuture.failedFuture(new ApiError(
                                ErrorCode.RESOURCE_EXHAUSTED, "full: part of the test", ApiError.Fault.US));
                    }
                    appended.add(event);
                    return CompletableFuture.completedFuture(null);
                }

                @Override
                public AutoCloseable read(String group, Reader reader) {
                    throw new UnsupportedOperationException();
                }
            },
            new Random(1));

    private static RoomEvent.Stamp stamp(long sequence) {
        return new RoomEvent.Stamp(ROOM, 7, sequence, 1_250);
    }

    @Test
    void whatHappensInARoomIsToldInLiveKitsWords() {
        appender.accept(new RoomEvent.RoomStarted(stamp(1)));
        appender.accept(new RoomEvent.RoomTakenOver(stamp(2)));
        appender.accept(new RoomEvent.ParticipantJoined(stamp(3), ALICE));
        appender.accept(new RoomEvent.ParticipantActive(stamp(4), ALICE));
        appender.accept(new RoomEvent.TrackPublished(stamp(5), ALICE, TRACK));
        appender.accept(new RoomEvent.TrackUnpublished(stamp(6), ALICE, TRACK));
        appender.accept(new RoomEvent.ParticipantLeft(stamp(7), ALICE, true));
        appender.accept(new RoomEvent.ParticipantLeft(stamp(8), ALICE, false));
        appender.accept(new RoomEvent.RoomFinished(stamp(9), DisconnectReason.ROOM_DELETED));
        appender.accept(new RoomEvent.RoomFinished(stamp(10), DisconnectReason.ROOM_CLOSED));
        appender.accept(new RoomEvent.RoomFinished(stamp(11), DisconnectReason.SERVER_SHUTDOWN));
        appender.accept(new RoomEvent.RoomFinished(stamp(12), DisconnectReason.UNKNOWN_REASON));

        assertThat(appended)
                .extracting(event -> event.sequence() + " " + event.type() + " " + event.roomEndReason())
                .containsExactly(
                        "1 room_started ",
                        "2 room_taken_over ",
                        "3 participant_admitted ",
                        "4 participant_joined ",
                        "5 track_published ",
                        "6 track_unpublished ",
                        "7 participant_left ",
                        "8 participant_connection_aborted ",
                        "9 room_finished ROOM_END_API_DELETE",
                        "10 room_finished ROOM_END_IDLE_TIMEOUT",
                        "11 room_finished ROOM_END_SERVER_SHUTDOWN",
                        "12 room_finished ");
        assertThat(appended).allSatisfy(event -> {
            assertThat(event.key()).isEqualTo("demo");
            assertThat(event.epoch()).isEqualTo(7);
            assertThat(event.atMs()).isEqualTo(1_250);
            assertThat(event.body().getCreatedAt()).isEqualTo(1);
            assertThat(event.body().getRoom()).isEqualTo(ROOM);
            assertThat(event.id()).matches("EV_\\w{12}");
        });
        assertThat(appended).extracting(Event::id).doesNotHaveDuplicates();
        assertThat(appended.get(4).body().getTrack()).isEqualTo(TRACK);
        assertThat(appended.subList(2, 8))
                .extracting(event -> event.body().getParticipant())
                .containsOnly(ALICE);
    }

    @Test
    void whatTheLogRefusesIsCountedAndHoldsNothingUp() {
        appender.accept(new RoomEvent.RoomStarted(stamp(1)));
        isFull = true;
        appender.accept(new RoomEvent.ParticipantJoined(stamp(2), ALICE));
        isFull = false;
        appender.accept(new RoomEvent.ParticipantActive(stamp(3), ALICE));
        assertThat(appender.appended()).isEqualTo(2);
        assertThat(appender.refused()).isEqualTo(1);
    }
}
