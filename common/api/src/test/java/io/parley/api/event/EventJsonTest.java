// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.Room;
import livekit.LivekitWebhook.WebhookEvent;
import org.junit.jupiter.api.Test;

class EventJsonTest {
    private static final Event EVENT = new Event(
            "demo",
            1_700_000_000_000L,
            7,
            1_700_000_000_123L,
            "",
            WebhookEvent.newBuilder()
                    .setId("EV_1")
                    .setEvent(EventType.PARTICIPANT_LEFT.wireName())
                    .setCreatedAt(1_700_000_000)
                    .setRoom(Room.newBuilder().setSid("RM_1").setName("demo"))
                    .setParticipant(ParticipantInfo.newBuilder().setIdentity("alice"))
                    .build());

    @Test
    void anEventSurvivesTheRoundTrip() {
        assertThat(EventJson.decode(EventJson.encode(EVENT))).isEqualTo(EVENT);
    }

    @Test
    void theBodyIsWhatLiveKitsReceiversRead() {
        assertThat(EventJson.body(EVENT).toString())
                .isEqualTo("{\"event\":\"participant_left\",\"room\":{\"sid\":\"RM_1\",\"name\":\"demo\"},"
                        + "\"participant\":{\"identity\":\"alice\"},\"id\":\"EV_1\",\"createdAt\":\"1700000000\"}");
    }

    @Test
    void whatALaterVersionAddsIsPassedOverAndWhatAnEarlierOneLacksHasItsDefault() {
        Event read = EventJson.decode(
                "{\"version\":1,\"key\":\"demo\",\"event\":\"room_painted\",\"colour\":{\"a\":1},\"room\":{\"sid\":\"RM_1\",\"paint\":2}}"
                        .getBytes(UTF_8));
        assertThat(read.type()).isEqualTo("room_painted");
        assertThat(read.roomSid()).isEqualTo("RM_1");
        assertThat(read.sequence()).isZero();
    }

    @Test
    void whatIsNoEventIsRefused() {
        for (String bytes : new String[] {
            "",
            "[]",
            "{",
            "{}",
            "{\"version\":2}",
            "{\"version\":null}",
            "{\"version\":{}}",
            "{\"version\":1,\"room\":3}",
            "null"
        }) {
            assertThatIllegalArgumentException().as(bytes).isThrownBy(() -> EventJson.decode(bytes.getBytes(UTF_8)));
        }
    }

    private static List<Event> read(String file) throws IOException {
        try (InputStream in = Objects.requireNonNull(EventJsonTest.class.getResourceAsStream("/events/" + file))) {
            return new String(in.readAllBytes(), UTF_8)
                    .lines()
                    .map(line -> EventJson.decode(line.getBytes(UTF_8)))
                    .toList();
        }
    }

    /** Records of the first release: never changed, and read by every one that reads version 1. */
    @Test
    void whatTheFirstReleaseWroteIsReadWhole() throws IOException {
        List<Event> events = read("version-1.jsonl");
        assertThat(events).hasSize(9).allSatisfy(event -> {
            assertThat(EventType.of(event.type())).isPresent();
            assertThat(event.key()).isEqualTo("demo");
            assertThat(event.epoch()).isEqualTo(1_767_225_500_123L);
            assertThat(event.atMs()).isEqualTo(1_767_225_600_456L);
            assertThat(event.body().getRoom().getCreationTimeMs()).isEqualTo(1_767_225_500_123L);
            assertThat(EventJson.decode(EventJson.encode(event))).isEqualTo(event);
        });
        assertThat(events).extracting(Event::sequence).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
        assertThat(events.get(3).body().getTrack().getMimeType()).isEqualTo("video/VP8");
        assertThat(events.get(5).body().getParticipant().getDisconnectReason())
                .isEqualTo(DisconnectReason.DUPLICATE_IDENTITY);
        assertThat(events.getLast().roomEndReason()).isEqualTo("ROOM_END_API_DELETE");
    }

    @Test
    void whatTheNextReleaseMayAddChangesNothingForThisOne() throws IOException {
        List<Event> events = read("version-1-and-more.jsonl");
        assertThat(events)
                .startsWith(read("version-1.jsonl").toArray(Event[]::new))
                .hasSize(10);
        assertThat(EventType.of(events.getLast().type())).isEmpty();
    }
}
