// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.parley.api.id.NodeId;
import io.parley.engine.event.RoomEvent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.Room;
import livekit.LivekitModels.TrackInfo;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class RoomEventsTest {
    private static final Room ROOM =
            Room.newBuilder().setName("demo").setSid("RM_1").build();
    private static final ParticipantInfo ALICE = ParticipantInfo.newBuilder()
            .setIdentity("alice")
            .setSid("PA_1")
            .setJoinedAtMs(1_000)
            .setDisconnectReason(DisconnectReason.CLIENT_INITIATED)
            .build();
    private static final TrackInfo TRACK =
            TrackInfo.newBuilder().setSid("TR_1").setMimeType("video/VP8").build();

    private static RoomEvent.Stamp stamp(long sequence) {
        return new RoomEvent.Stamp(ROOM, 7, sequence, 1_250);
    }

    /** A reader that stands still, as a log on a full disk does, holds no loop up and takes no memory without end. */
    @Test
    void eventsAreReadInOrderAndNoLoopWaitsForTheirReader() {
        List<RoomEvent> read = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch reading = new CountDownLatch(1);
        int many = 100_000;
        try (RoomEvents events = new RoomEvents(event -> {
            try {
                reading.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            read.add(event);
        })) {
            for (int i = 0; i < many; i++) {
                events.emit(new RoomEvent.ParticipantJoined(stamp(i), ALICE));
            }
            assertThat(events.count(RoomEvent.ParticipantJoined.class))
                    .as("counted, also those that the reader misses")
                    .isEqualTo(many);
            assertThat(events.count(RoomEvent.ParticipantLeft.class)).isZero();
            reading.countDown();
        }
        assertThat(read).hasSizeBetween(1_000, many - 1);
        assertThat(read)
                .isSortedAccordingTo((one, other) ->
                        Long.compare(one.stamp().sequence(), other.stamp().sequence()));
    }

    @Test
    void eachEventIsOneLineOfTheLogWithWhatItIsAbout() {
        Logger logger = (Logger) LoggerFactory.getLogger(RoomEventLog.class);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        logger.addAppender(lines);
        try {
            RoomEventLog log = new RoomEventLog(new NodeId("ND_1"));
            log.accept(new RoomEvent.RoomStarted(stamp(1)));
            log.accept(new RoomEvent.ParticipantJoined(stamp(2), ALICE));
            log.accept(new RoomEvent.ParticipantActive(stamp(3), ALICE));
            log.accept(new RoomEvent.TrackPublished(stamp(4), ALICE, TRACK));
            log.accept(new RoomEvent.TrackUnpublished(stamp(5), ALICE, TRACK));
            log.accept(new RoomEvent.ParticipantLeft(stamp(6), ALICE, true));
            log.accept(new RoomEvent.RoomFinished(stamp(7), DisconnectReason.ROOM_CLOSED));
        } finally {
            logger.detachAppender(lines);
        }
        String where = "node=\"ND_1\", room=\"demo\"";
        assertThat(lines.list)
                .extracting(line -> line.getLevel() + " " + line.getMessage() + " " + line.getKeyValuePairs())
                .containsExactly(
                        "INFO room started [" + where + ", sid=\"RM_1\"]",
                        "INFO participant joined [" + where + ", participant=\"alice\", sid=\"PA_1\"]",
                        "INFO participant active [" + where + ", participant=\"alice\", afterMs=\"250\"]",
                        "INFO track published [" + where
                                + ", participant=\"alice\", track=\"TR_1\", source=\"UNKNOWN\","
                                + " mimeType=\"video/VP8\"]",
                        "INFO track unpublished [" + where + ", participant=\"alice\", track=\"TR_1\"]",
                        "INFO participant left [" + where + ", participant=\"alice\", reason=\"CLIENT_INITIATED\"]",
                        "INFO room finished [" + where + ", sid=\"RM_1\", reason=\"ROOM_CLOSED\"]");
    }
}
