// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The tables of docs/livekit-compatibility.md. */
final class CompatibilityTables {
    private static final Path DOCUMENT = Path.of("../docs/livekit-compatibility.md");
    private static final Pattern ROW = Pattern.compile("\\| `([^`]+)` \\|[^|]*\\| ([^|]*) \\|([^|]*)\\|");
    private static final Pattern HERE = Pattern.compile("(yes|partly|not yet)(?:: (.+))?");
    private static final Pattern TEST = Pattern.compile("`([^`]+)`");

    enum State {
        YES,
        PARTLY,
        NOT_YET
    }

    /**
     * @param words what differs, or ""
     * @param tests Class#method, or "e2e: " and a scenario's name
     */
    record Row(String name, State state, String words, List<String> tests) {}

    private final Map<String, List<Row>> byHeading = new LinkedHashMap<>();

    private CompatibilityTables() {}

    /** @throws IllegalArgumentException naming a row that is none */
    static CompatibilityTables read() throws IOException {
        CompatibilityTables tables = new CompatibilityTables();
        String heading = "";
        for (String line : Files.readAllLines(DOCUMENT)) {
            if (line.startsWith("#")) {
                heading = line.replaceFirst("#+ ", "");
            } else if (line.startsWith("| `")) {
                tables.byHeading
                        .computeIfAbsent(heading, unused -> new ArrayList<>())
                        .add(row(line));
            }
        }
        return tables;
    }

    private static Row row(String line) {
        Matcher row = ROW.matcher(line);
        Matcher here = HERE.matcher(row.matches() ? row.group(2) : "");
        if (!here.matches()) {
            throw new IllegalArgumentException("neither yes, partly nor not yet: " + line);
        }
        State state = State.valueOf(here.group(1).toUpperCase(Locale.ROOT).replace(' ', '_'));
        List<String> tests = TEST.matcher(row.group(3))
                .results()
                .map((MatchResult test) -> test.group(1))
                .toList();
        return new Row(row.group(1), state, here.group(2) == null ? "" : here.group(2), tests);
    }

    /** Below a heading; none if there is no such heading. */
    List<Row> rows(String heading) {
        return byHeading.getOrDefault(heading, List.of());
    }

    List<Row> all() {
        return byHeading.values().stream().flatMap(List::stream).toList();
    }
}
