// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

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
        for (String bytes : new String[] {"", "[]", "{", "{\"version\":2}", "{\"version\":1,\"room\":3}", "null"}) {
            assertThatIllegalArgumentException().as(bytes).isThrownBy(() -> EventJson.decode(bytes.getBytes(UTF_8)));
        }
    }
}
