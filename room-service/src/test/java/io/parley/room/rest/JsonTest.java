// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.parley.api.error.ApiError;
import io.parley.api.token.ParticipantLimits;
import io.parley.room.admin.NodeAdmin;
import io.parley.room.admin.RoomAdmin;
import io.parley.room.admin.RoomPresets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JsonTest {
    private static final int TRIES = 20_000;
    private static final List<String> PIECES = List.of(
            "null",
            "true",
            "-1",
            "1e99",
            "99999999999",
            "[]",
            "{}",
            "\"\"",
            "\"\\u0000\"",
            "\"\\ud800\"",
            ",",
            ":",
            "}");

    /** Whatever a body holds, it is a request or a refusal: whoever has a token can send it. */
    @Test
    void refusesRandomBodiesAndBreaksOnNone() {
        List<? extends Class<? extends Record>> types = RestApi.groups(
                        new RoomAdmin(null, null, true, false, ParticipantLimits.DEFAULTS, RoomPresets.NONE),
                        new NodeAdmin(null, null),
                        null,
                        () -> 0)
                .stream()
                .flatMap(group -> group.operations().stream())
                .filter(Operation::hasBody)
                .map(Operation::request)
                .toList();
        Random random = new Random(7);
        int taken = 0;
        for (int i = 0; i < TRIES; i++) {
            Class<? extends Record> type = types.get(random.nextInt(types.size()));
            String body = changed(new String(Json.write(Component.example(type)), UTF_8), random);
            try {
                assertThat(Json.read(body.getBytes(UTF_8), type)).isNotNull();
                taken++;
            } catch (ApiError refused) {
                assertThat(refused.code().httpStatus()).as(body).isEqualTo(400);
            }
        }
        assertThat(taken).isBetween(1, TRIES - 1);
    }

    @Test
    void bytesThatAreNoTextAreRefused() {
        for (byte[] body : new byte[][] {{}, {0}, {-1, -2}, {'{', -64, -128, '}'}, {'"', -19, -96, -128, '"'}}) {
            assertThatCode(() -> Json.read(body, CreateRoom.class)).isInstanceOf(ApiError.class);
        }
    }

    /** With a piece in place of a few characters, one to three times. */
    private static String changed(String json, Random random) {
        StringBuilder text = new StringBuilder(json);
        for (int i = random.nextInt(3); i >= 0; i--) {
            int from = random.nextInt(text.length() + 1);
            int to = Math.min(text.length(), from + random.nextInt(12));
            text.replace(from, to, PIECES.get(random.nextInt(PIECES.size())));
        }
        return text.toString();
    }
}
