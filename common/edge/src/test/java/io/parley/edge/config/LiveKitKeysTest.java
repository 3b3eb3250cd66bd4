// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.edge.config.LiveKitKey.Fate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LiveKitKeysTest {
    private static final Path DOCUMENT = Path.of("../../docs/configuration.md");

    @Test
    void aKeyIsInTheTableOnlyOnce() {
        assertThat(LiveKitKeys.ALL.stream().map(LiveKitKey::name)).doesNotHaveDuplicates();
    }

    /** When this fails, the table that it expected is what to put into the document. */
    @Test
    void theDocumentShowsTheTable() throws IOException {
        Map<String, String> namesByFate = new LinkedHashMap<>();
        for (LiveKitKey key : LiveKitKeys.ALL) {
            namesByFate.merge(said(key.fate()), "`" + key.name() + "`", (names, name) -> names + ", " + name);
        }
        StringBuilder table = new StringBuilder("| livekit-server's key | here |\n|---|---|\n");
        namesByFate.forEach((fate, names) -> table.append("| %s | %s |\n".formatted(names, fate)));
        assertThat(Files.readString(DOCUMENT)).contains(table);
    }

    private static String said(Fate fate) {
        return switch (fate) {
            case Fate.Mapped mapped -> "`" + mapped.ours() + "`";
            case Fate.Ignored ignored -> "ignored: " + ignored.why();
            case Fate.Refused refused -> "refused: " + refused.why();
        };
    }
}
