// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.config;

import io.parley.edge.config.LiveKitKey.Fate;
import io.parley.edge.config.LiveKitSettings.Given;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.origin.OriginTrackedValue;

/** What livekit-server was told, in properties of one service of ours. */
final class LiveKitTranslator {
    private static final List<String> NAMES =
            LiveKitKeys.ALL.stream().map(LiveKitKey::name).toList();

    private final LiveKitSettings settings;
    private final Set<String> ours;
    private final Map<String, Object> properties = new LinkedHashMap<>();
    private final Map<String, List<String>> ignored = new TreeMap<>();
    private final List<String> errors = new ArrayList<>();

    /** @param ours the keys under "parley" that the service has */
    LiveKitTranslator(LiveKitSettings settings, Set<String> ours) {
        this.settings = settings;
        this.ours = ours;
        settings.forEach(this::translate);
    }

    /** Each with where it is from. */
    Map<String, Object> properties() {
        return properties;
    }

    /** Why keys made no difference, a sentence for each reason. */
    List<String> notices() {
        return ignored.entrySet().stream()
                .map(reason -> "ignored " + String.join(", ", reason.getValue()) + ": " + reason.getKey())
                .toList();
    }

    List<String> errors() {
        return errors;
    }

    private void translate(String name, Given given) {
        LiveKitKey key = LiveKitKeys.find(name).orElse(null);
        String value = given.value();
        String where = name + " (" + given.place() + ")";
        if (key == null) {
            if (!value.isEmpty() || !LiveKitKeys.isSection(name)) {
                errors.add("unknown key " + where + Nearest.suggestion(name, NAMES));
            }
            return;
        }
        switch (key.fate()) {
            case Fate.Mapped mapped -> put(name, given, mapped);
            case Fate.Ignored(String why)
            when !LiveKitKey.asksForNothing(value) ->
                ignored.computeIfAbsent(why, reason -> new ArrayList<>()).add(where);
            case Fate.Refused(String why) when !LiveKitKey.asksForNothing(value) -> errors.add(where + ": " + why);
            default -> {}
        }
    }

    private void put(String name, Given given, Fate.Mapped mapped) {
        if (given.value().isEmpty() && !LiveKitKeys.mayBeEmpty(name)) {
            return;
        }
        LiveKitOrigin origin = new LiveKitOrigin(name, given.place());
        try {
            mapped.translation().translate(settings, name, given.value(), (property, value) -> {
                String here = ofService(property);
                if (here != null) {
                    properties.put(here, OriginTrackedValue.of(value, origin));
                }
            });
        } catch (IllegalArgumentException e) {
            errors.add("%s is \"%s\" (%s): it may be %s".formatted(name, given.value(), given.place(), e.getMessage()));
        }
    }

    /** Null for what another service is told: all may read one file. A service without clients has one port, for metrics. */
    private @Nullable String ofService(String property) {
        boolean isFront = ours.contains("parley.http.max-connections");
        return switch (property) {
            case "server.port", "server.address" -> isFront ? property : null;
            case "management.server.port" -> isFront ? property : "server.port";
            default -> !property.startsWith("parley.") || PropertyKeys.isIn(ours, property) ? property : null;
        };
    }
}
