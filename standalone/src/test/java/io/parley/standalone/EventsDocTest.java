// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.api.event.Event;
import io.parley.api.event.EventJson;
import io.parley.api.event.EventType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/events.md says what is. */
class EventsDocTest {
    private static final Pattern EXAMPLE = Pattern.compile("```json\\n(.*?)```", Pattern.DOTALL);

    private static String page() throws IOException {
        return Files.readString(Path.of("../docs/events.md"));
    }

    @Test
    void itsExampleIsAnEvent() throws IOException {
        Matcher example = EXAMPLE.matcher(page());
        assertThat(example.find()).isTrue();
        Event event = EventJson.decode(example.group(1).getBytes(UTF_8));
        assertThat(event.type()).isEqualTo(EventType.PARTICIPANT_LEFT.wireName());
        assertThat(event.key()).isEqualTo("demo");
        assertThat(event.sequence()).isEqualTo(9);
        assertThat(event.body().getParticipant().getIdentity()).isEqualTo("alice");
    }

    @Test
    void itListsEveryTypeAndWhetherItIsAWebhook() throws IOException {
        String page = page();
        assertThat(Arrays.stream(EventType.values()))
                .allSatisfy(type -> assertThat(page.lines())
                        .anyMatch(line -> line.startsWith("|")
                                && line.contains("`" + type.wireName() + "`")
                                && line.endsWith(type.isWebhook() ? "| yes |" : "| no |")));
    }
}
